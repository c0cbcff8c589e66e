export { AwsError } from "./aws-error.ts";
