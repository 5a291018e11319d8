/** Fisher and Yates, with the linear congruential generator of Numerical Recipes: the same on every machine. */
export function shuffled(rows, seed) {
  const result = [...rows];
  let state = Number(seed) >>> 0;
  for (let i = result.length - 1; i > 0; i -= 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const other = Math.floor((state / 2 ** 32) * (i + 1));
    [result[i], result[other]] = [result[other], result[i]];
  }
  return result;
}
