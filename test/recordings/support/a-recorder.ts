import { type SoundSink, StripRecorder } from '../../../src/recordings/recorder.ts';

/** A recorder, and the file its sound would be in. */
export function aRecorder() {
  const file: number[] = [];
  const sink = {
    hasRoom: true,
    ended: 0,
    keep(position: number, bytes: Uint8Array) {
      while (file.length < 2 * position) file.push(0xff);
      bytes.forEach((byte, n) => {
        file[2 * position + n] = byte;
      });
    },
    end() {
      this.ended++;
    },
  };
  const recorder = new StripRecorder(sink satisfies SoundSink);
  const lane = (offset: number) => file.filter((_, n) => n % 2 === offset);
  return { recorder, sink, caller: () => runs(lane(0)), agent: () => runs(lane(1)), file };
}

/** What is heard from when to when, in milliseconds. */
function runs(codes: readonly number[]): readonly string[] {
  const found: string[] = [];
  let from = 0;
  for (let n = 1; n <= codes.length; n++) {
    if (codes[n] === codes[from] && n < codes.length) continue;
    if (codes[from] !== 0xff) found.push(`${codes[from]}: ${from / 8}–${n / 8}`);
    from = n;
  }
  return found;
}

export const frame = (code: number, ms = 20) => new Uint8Array(8 * ms).fill(code);
