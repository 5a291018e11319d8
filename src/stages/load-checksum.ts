// The sha256 that a file of `load` must have.

export function otherChecksum(name: string, digest: string) {
  return {
    code: 'bad-checksum',
    message: `\`${name}\` has the sha256 ${digest}`,
    hint: 'get the file again, or state this checksum if the file is right',
  } as const;
}

/** As digests are written here; nothing for what is none. */
export function sha256Of(checksum: string): string | undefined {
  return /^(?:sha256:)?([0-9a-f]{64})$/.exec(checksum.toLowerCase())?.[1];
}
