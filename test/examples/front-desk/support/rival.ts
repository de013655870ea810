import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import bookAppointment from '../../../../src/examples/front-desk/tools/book-appointment.ts';
import { Refusal } from '../../../../src/tools/define-tool.ts';

/** One of several threads that want the same times at the same moment: books what it can get, and says what it got. */
const { dataDir, now, name, slots, gate } = z
  .object({
    dataDir: z.string(),
    now: z.string(),
    name: z.string(),
    slots: z.array(z.string()),
    gate: z.instanceof(SharedArrayBuffer),
  })
  .parse(workerData);

const call = {
  hangUp: async () => {},
  transfer: async () => ({ ok: true }) as const,
  sendText: async () => ({ ok: true }) as const,
  note: async () => {},
  update: async () => {},
  collectDigits: async () => null,
  pauseRecording: async () => {},
  resumeRecording: async () => {},
};

parentPort?.postMessage('ready');
Atomics.wait(new Int32Array(gate), 0, 0);
const got = slots.filter((slot) => {
  const context = {
    caller: { number: `+4479110000${name}`, dialled: '' },
    callId: name,
    idempotencyKey: `${name}/${slot}`,
    signal: new AbortController().signal,
    log: { info() {}, warn() {}, error() {} },
    settings: { dataDir, now },
    call,
  };
  try {
    bookAppointment.run({ slot }, context);
    return true;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
});
parentPort?.postMessage(got);
