// Shares as they are written in notes and checks. Pure.

/** To so many significant figures: `37.5 %`, `0.123 %`. */
export function percent(share: number, figures = 3): string {
  return `${Number((share * 100).toPrecision(figures))} %`;
}

/** To a tenth, so that figures in one sentence line up: `90.0 %`. */
export function percentTenths(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
