// Which files are pictures, by their names. Reads nothing.

/** The formats that are read: PNG, JPEG, GIF, BMP and WebP. */
export function isImageName(path: string): boolean {
  return /\.(?:png|jpe?g|jpe|jfif|gif|bmp|webp)$/i.test(path);
}

/** IDX files as they are published: `train-images-idx3-ubyte.gz`. */
export function isIdxName(path: string): boolean {
  return /idx\d-ubyte(?:\.gz)?$|\.idx(?:\.gz)?$/i.test(path);
}

/** The folder that each picture lies in, and its name there: `cat/3.png`; with the folders above it that not all of them lie in: `felines/cat/3.png`. */
export function namesInFolders(paths: readonly string[]): readonly string[] {
  const all = paths.map((path) => path.split(/[\\/]/));
  const [first = []] = all;
  const differs = (depth: number): boolean =>
    all.some((parts) => parts.length - 2 <= depth || parts[depth] !== first[depth]);
  let shared = 0;
  while (shared < first.length - 2 && !differs(shared)) shared += 1;
  return all.map((parts) => parts.slice(Math.min(shared, parts.length - 2)).join('/'));
}

/** What such names say of each picture: its label is the folder it lies in. `folder` has those above it, where folders lie in folders. */
export function folderColumns(names: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const folders = names.map((name) => name.split('/').slice(0, -1));
  const nested = folders.some((folder) => folder.length > 1);
  return new Map([
    ['file', names],
    ['label', folders.map((folder) => folder.at(-1) ?? '')],
    ...(nested ? [['folder', folders.map((folder) => folder.join('/'))] as const] : []),
  ]);
}
