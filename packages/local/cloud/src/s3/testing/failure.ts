/** What an SDK call failed with: code, status and message as the caller sees them. */
export async function failure(
  call: Promise<unknown>,
): Promise<{ code: string; status: number | undefined; message: string }> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
    return { code: error.name, status: $metadata?.httpStatusCode, message: error.message };
  }
  throw new Error("the call succeeded");
}
