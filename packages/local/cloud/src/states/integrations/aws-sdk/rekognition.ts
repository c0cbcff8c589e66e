import { isModelledCode } from "../service-failure.ts";
import { jsonSdkService } from "./sdk-service.ts";

export const rekognition = jsonSdkService({
  signingName: "rekognition",
  errors: {
    service: "Rekognition",
    general: "RekognitionException",
    isModelled: (code) => code === "AccessDeniedException" || isModelledCode(code),
  },
  actions: ["detectLabels", "detectModerationLabels"],
});
