// What the file system denies a cache is no failure: the work is done without it. Every other error goes on.

/** What `attempt` gives, or nothing where the file system denies it. Throws whatever else it throws. */
export async function unlessDenied<T>(attempt: () => Promise<T>): Promise<T | undefined> {
  try {
    return await attempt();
  } catch (error) {
    if (isFileError(error)) return undefined;
    throw error;
  }
}

/** Errors of system calls, as against those of a cancelled run, which have a `code` too. */
function isFileError(error: unknown): boolean {
  return error instanceof Error && 'errno' in error && 'syscall' in error;
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
