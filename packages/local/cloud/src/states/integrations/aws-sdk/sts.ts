import { XMLParser } from "fast-xml-parser";
import { AwsError } from "../../../aws-error.ts";
import { requireService } from "../call-service.ts";
import { inProcessRequest } from "../in-process-request.ts";
import { isModelledCode } from "../service-failure.ts";
import { responseText } from "./response-text.ts";
import type { SdkService } from "./sdk-service.ts";

const parser = new XMLParser({ parseTagValue: false });

export const sts: SdkService = {
  signingName: "sts",
  errors: { service: "Sts", general: "StsException", isModelled: isModelledCode },
  actions: new Set(["getCallerIdentity"]),
  async call(_, { host, call, parameters }) {
    const [unknown] = Object.keys(parameters);
    if (unknown !== undefined) {
      throw new AwsError("ValidationException", `GetCallerIdentity has no parameter ${unknown}.`);
    }
    const response = await requireService(host.services, "sts").handle(
      inProcessRequest(
        { method: "POST", rawPath: "/", body: "Action=GetCallerIdentity&Version=2011-06-15" },
        call,
      ),
    );
    const document = parser.parse(await responseText(response));
    return document.GetCallerIdentityResponse.GetCallerIdentityResult;
  },
};
