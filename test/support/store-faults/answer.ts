/** How long every answer is, and how loud: an exact value of G.711, so that it arrives as it was sent. */
export const ANSWER_MS = 4_000;
export const LEVEL = 7_932;
