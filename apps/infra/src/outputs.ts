/** The stack's outputs, each by the variable under which `darkroom env` prints it. */
export const outputNames = {
  DARKROOM_LANDING_BUCKET: "landing_bucket",
  DARKROOM_IMAGE_TABLE: "image_table",
  DARKROOM_ALBUM_TABLE: "album_table",
  DARKROOM_IMAGE_MACHINE_ARN: "image_machine_arn",
  DARKROOM_SYNC_MACHINE_ARN: "sync_machine_arn",
  DARKROOM_RUN_BUCKET: "run_bucket",
  DARKROOM_APPROVAL_ACTIVITY_ARN: "approval_activity_arn",
  DARKROOM_DECISION_TABLE: "decision_table",
  DARKROOM_EVENT_QUEUE: "event_queue",
  DARKROOM_START_FUNCTION: "start_function",
} as const;
