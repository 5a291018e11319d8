// Matching networks without context (Vinyals et al. 2016, arXiv:1606.04080) over vectors that are there already: the same as `matchingLogits`, without tensors.
import { distances } from '../distance.ts';
import type { Matrix } from '../matrix.ts';

/** Of matching and of cosines while a net is trained, as cosines alone are too even. */
export const matchingTemperature = 0.1;

/** The class to whose support [ways * shots, width], class after class, each query pays most attention. [queries] */
export function matchingClasses(support: Matrix, queries: Matrix, ways: number): Int32Array {
  const away = distances(queries, support, 'cosine');
  const shots = support.rows / ways;
  return Int32Array.from({ length: queries.rows }, (_, query) => {
    let [best, most] = [0, -Infinity];
    for (let way = 0; way < ways; way += 1) {
      let attention = 0;
      for (let shot = 0; shot < shots; shot += 1)
        attention += Math.exp(-(away[query * support.rows + way * shots + shot] ?? 0) / matchingTemperature);
      if (attention > most) [best, most] = [way, attention];
    }
    return best;
  });
}
