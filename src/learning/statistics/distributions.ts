// The normal and Student's t distribution in double precision: continued fractions and series as in "Numerical Recipes"
// (6.2, 6.4), quantiles by bisection of the distribution function.

/** P(X <= x) of the standard normal distribution. */
export function normalCdf(x: number): number {
  const half = x * x * 0.5;
  if (half < 1.5) {
    // P(1/2, x^2/2) as a series.
    let term = 2 * Math.sqrt(half / Math.PI);
    let sum = term;
    for (let n = 1.5; term > sum * 1e-17; n += 1) {
      term *= half / n;
      sum += term;
    }
    return 0.5 + (Math.sign(x) * sum * Math.exp(-half)) / 2;
  }
  // Q(1/2, x^2/2) as a continued fraction, by Lentz.
  let b = half + 0.5;
  let c = 1e300;
  let d = 1 / b;
  let fraction = d;
  for (let i = 1; i < 1000; i += 1) {
    const a = -i * (i - 0.5);
    b += 2;
    d = 1 / (a * d + b);
    c = b + a / c;
    fraction *= c * d;
    if (Math.abs(c * d - 1) < 1e-16) break;
  }
  const tail = 0.5 * Math.sqrt(half / Math.PI) * Math.exp(-half) * fraction;
  return x > 0 ? 1 - tail : tail;
}

/** The x with `normalCdf(x) = p`, for p in (0, 1). */
export function normalQuantile(p: number): number {
  return invert(normalCdf, p);
}

/** P(T <= t) of Student's t distribution. */
export function studentCdf(t: number, degrees: number): number {
  if (!(degrees > 0)) throw new RangeError(`degrees of freedom are above zero, not ${degrees}`);
  const tail = incompleteBeta(degrees / 2, 0.5, degrees / (degrees + t * t)) / 2;
  return t > 0 ? 1 - tail : tail;
}

/** The t with `studentCdf(t) = p`, for p in (0, 1). */
export function studentQuantile(p: number, degrees: number): number {
  return invert((t) => studentCdf(t, degrees), p);
}

/** The quantile of a symmetric distribution, found in its lower half, where the function is most exact. */
function invert(cdf: (x: number) => number, p: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`a quantile is of a share between 0 and 1, not ${p}`);
  if (p === 0.5) return 0;
  if (p > 0.5) return -invert(cdf, 1 - p);
  let low = -1;
  while (cdf(low) > p) low *= 2;
  let high = 0;
  for (let i = 0; i < 200; i += 1) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (cdf(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The regularised incomplete beta function I_x(a, b). */
function incompleteBeta(a: number, b: number, x: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  return x < (a + 1) / (a + b + 2)
    ? (front * betaFraction(a, b, x)) / a
    : 1 - (front * betaFraction(b, a, 1 - x)) / b;
}

function betaFraction(a: number, b: number, x: number): number {
  let c = 1;
  let d = 1 / guard(1 - ((a + b) * x) / (a + 1));
  let result = d;
  for (let m = 1; m < 10_000; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / guard(1 + even * d);
    c = guard(1 + even / c);
    result *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / guard(1 + odd * d);
    c = guard(1 + odd / c);
    result *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return result;
}

function guard(value: number): number {
  return Math.abs(value) < 1e-300 ? 1e-300 : value;
}

/** Lanczos' approximation with g = 7 and nine coefficients. */
function logGamma(x: number): number {
  const coefficients = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const shifted = x - 1;
  const sum = coefficients.reduce((all, value, i) => (i === 0 ? value : all + value / (shifted + i)), 0);
  const t = shifted + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(t) - t + Math.log(sum);
}
