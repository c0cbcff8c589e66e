/** What can't be written in XML can't be sent (https://www.w3.org/TR/REC-xml/#charsets). */
const forbidden =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that SQS refuses
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u;

/** Whether every receiver can read this text, the ones that read XML too. */
export const isMessageText = (text: string): boolean => !forbidden.test(text);

export const invalidCharacters =
  "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF";
