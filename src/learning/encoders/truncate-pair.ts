// How much of each text of a pair is read where both together are too long: of the longer one less, until they are equally long, as the
// tokenizers library does by default. Pure.

/** Tokens kept of each; together at most `room`, special tokens not counted. */
export function truncatedPair(
  first: number,
  second: number,
  room: number,
): readonly [first: number, second: number] {
  if (first + second <= room) return [first, second];
  const [short, long] = [Math.min(first, second), Math.max(first, second)];
  // The shorter one stays whole where that leaves the longer one at least as long.
  const rest = Math.max(short, room - short);
  const [kept, other] =
    short + rest > room ? [Math.floor(room / 2), Math.ceil(room / 2)] : [short, Math.min(long, rest)];
  return first <= second ? [kept, other] : [other, kept];
}
