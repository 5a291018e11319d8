// The shortest text found by leaving out parts of one that still goes wrong the same way (Zeller, Delta Debugging, 1999).

export function minimise(text: string, goesWrong: (text: string) => boolean, most = 2000): string {
  let kept = text;
  let left = most;
  for (const separator of [/(?<=\n)/, /\b/, /(?:)/u]) {
    for (let size = 64; size >= 1; size = Math.floor(size / 2)) {
      let units = kept.split(separator);
      for (let at = 0; at < units.length && left > 0;) {
        left -= 1;
        const rest = [...units.slice(0, at), ...units.slice(at + size)];
        if (goesWrong(rest.join(''))) {
          units = rest;
          kept = rest.join('');
        } else at += size;
      }
    }
  }
  return kept;
}
