/**
 * G.711 μ-law, by tables.
 *
 * `alawmulaw` is asked once about every code and every sample; afterwards both directions are look-ups, some
 * five times faster than asking it each time.
 */
import alawmulaw from 'alawmulaw';

// The package is one CommonJS object: naming `mulaw` in the import would compile, and fail when run.
const { mulaw } = alawmulaw;

/** The 16-bit sample that each of the 256 codes stands for. */
export const MULAW_DECODED: Int16Array = Int16Array.from({ length: 256 }, (_, code) =>
  mulaw.decodeSample(code),
);

/** The code of each 16-bit sample, found at `sample & 0xffff`. */
export const MULAW_ENCODED: Uint8Array = Uint8Array.from({ length: 0x1_0000 }, (_, bits) => {
  const sample = (bits << 16) >> 16;
  return mulaw.encodeSample(sample) & 0xff; // the package counts codes from -128 to 127
});

export function decodeMulaw(codes: Uint8Array): Int16Array {
  const samples = new Int16Array(codes.length);
  for (let i = 0; i < codes.length; i++) samples[i] = MULAW_DECODED[codes[i] ?? 0] ?? 0;
  return samples;
}

export function encodeMulaw(samples: Int16Array): Uint8Array {
  const codes = new Uint8Array(samples.length);
  for (let i = 0; i < samples.length; i++) codes[i] = MULAW_ENCODED[(samples[i] ?? 0) & 0xffff] ?? 0;
  return codes;
}
