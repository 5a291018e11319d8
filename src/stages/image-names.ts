// Which files are pictures, by their names. Reads nothing.

/** The formats that are read: PNG, JPEG, GIF, BMP and WebP. */
export function isImageName(path: string): boolean {
  return /\.(?:png|jpe?g|jpe|jfif|gif|bmp|webp)$/i.test(path);
}

/** IDX files as they are published: `train-images-idx3-ubyte.gz`. */
export function isIdxName(path: string): boolean {
  return /idx\d-ubyte(?:\.gz)?$|\.idx(?:\.gz)?$/i.test(path);
}

/** The folder that a picture lies in, and its name there: `cat/3.png`. */
export function nameInFolder(path: string): string {
  return path.split(/[\\/]/).slice(-2).join('/');
}
