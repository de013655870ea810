/**
 * The two low-pass filters between 8 and 24 kHz, in 16-bit whole numbers.
 *
 * Both are Parks-McClellan designs of 96 taps at 24 kHz (the stop band weighs ten times the pass band), rounded
 * to whole numbers by a search that keeps the response to a constant signal exact. They are symmetric, so every
 * frequency is delayed by the same 47.5 samples, and only the first half is written down.
 */

/**
 * Up: passes to 3500 Hz, 71 dB down from 4400 Hz. Each of its three phases sums to 32768.
 */
export const UP_TAPS: readonly number[] = mirrored([
  -2, 25, 48, 45, 2, -59, -75, -16, 84, 128, 50, -106, -195, -100, 128, 281, 173, -146, -392, -282, 153, 525,
  428, -140, -684, -625, 103, 879, 894, -26, -1112, -1257, -110, 1402, 1765, 340, -1792, -2533, -739, 2374,
  3843, 1525, -3470, -6746, -3624, 6961, 20763, 30464,
]);

/**
 * Down: passes to 3400 Hz, 64 dB down from 4200 Hz. The sum is 32768; the magnitudes sum to 65,212, so that no
 * full-scale signal can carry a sum of products out of 32 bits.
 */
export const DOWN_TAPS: readonly number[] = mirrored([
  12, 13, 2, -21, -37, -30, 5, 38, 41, 0, -54, -69, -23, 60, 100, 52, -59, -136, -98, 47, 175, 156, -18, -212,
  -235, -34, 239, 330, 116, -253, -450, -241, 245, 589, 425, -200, -765, -703, 85, 1008, 1174, 166, -1419,
  -2184, -870, 2627, 6924, 9866,
]);

function mirrored(half: readonly number[]): readonly number[] {
  return [...half, ...half.toReversed()];
}
