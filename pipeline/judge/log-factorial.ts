const EXACT = 20;
const HALF_LOG_TWO_PI = Math.log(2 * Math.PI) / 2;

const table: number[] = [0];
for (let n = 1; n < EXACT; n += 1) table.push((table[n - 1] ?? 0) + Math.log(n));

/** Natural logarithm of n!, by Stirling's series from 20 on, where its fourth term is below a double's precision. */
export const logFactorial = (n: number): number => {
  const exact = table[n];
  if (exact !== undefined) return exact;
  const square = n * n;
  return (
    (n + 0.5) * Math.log(n) -
    n +
    HALF_LOG_TWO_PI +
    (1 / 12 - (1 / 360 - (1 / 1260 - 1 / (1680 * square)) / square) / square) / n
  );
};

/** Natural logarithm of the number of ways to choose k of n. */
export const logChoose = (n: number, k: number): number =>
  logFactorial(n) - logFactorial(k) - logFactorial(n - k);
