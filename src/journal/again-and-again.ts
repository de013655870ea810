/**
 * Does something again and again, each time so long after it was done: where it takes long, or hangs, it is not due
 * many times over when it comes to an end.
 */
export function againAndAgain(ms: number, work: () => Promise<unknown>): void {
  const later = () => setTimeout(() => void work().then(later, later), ms);
  later();
}
