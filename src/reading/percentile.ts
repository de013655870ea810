/** The least of the numbers that so many per cent of them do not exceed; null when there are none. */
export function percentile(numbers: readonly number[], percent: number): number | null {
  const sorted = Float64Array.from(numbers).sort();
  const rank = Math.ceil((percent / 100) * sorted.length);
  return sorted[Math.max(0, rank - 1)] ?? null;
}
