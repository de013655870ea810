import { afterEach, expect, vi } from 'vitest';
import { browserCarrier } from '../../../src/carriers/browser/index.ts';
import { PhoneLine } from '../../../src/http/browser/phone-line.js';
import { PlayOut } from '../../../src/http/browser/telephone-sound.js';
import { createWebApp, listen } from '../../../src/http/server.ts';
import { describeLeg, type FarEnd } from '../../contracts/leg.ts';
import { describePhoneCall } from '../../contracts/phone-call.ts';
import { SwitchboardSpy } from '../../support/a-carrier.ts';
import { passing } from '../../support/passing-time.ts';
import { TestClock } from '../../support/test-clock.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
  vi.unstubAllGlobals();
});

/** The page's own telephone, as far as it can be had without a page: its line, and its loudspeaker on the test's clock. */
class PhoneOnAPage implements FarEnd {
  readonly #line: PhoneLine;
  readonly #sockets: WebSocket[];
  readonly #playOut = new PlayOut();
  readonly #heard: number[] = [];
  isClosed = false;

  constructor(address: string, callId: string, clock: TestClock) {
    const sockets: WebSocket[] = [];
    class RememberedSocket extends WebSocket {
      constructor(url: string) {
        super(url);
        sockets.push(this);
      }
    }
    vi.stubGlobal('WebSocket', RememberedSocket);
    this.#sockets = sockets;
    this.#line = new PhoneLine(address, callId, {
      opened() {},
      sound: (codes) => this.#playOut.arrive(Float32Array.from(codes)),
      mark: (name) => this.#reached(this.#playOut.mark(name)),
      clear: () => this.#reached(this.#playOut.clear()),
      closed: () => {
        this.isClosed = true;
      },
    });
    vi.unstubAllGlobals();
    clock.every(FRAME_MS, () => this.#play());
  }

  says(audio: Uint8Array): void {
    this.#line.say(audio);
  }

  presses(digit: string): void {
    this.#line.press(digit);
  }

  hangsUp(): void {
    this.#line.hangUp();
  }

  breaksOff(): void {
    for (const socket of this.#sockets) socket.close();
  }

  heard(): readonly number[] {
    return this.#heard;
  }

  #play(): void {
    const output = new Float32Array(FRAME_MS * 8);
    this.#reached(this.#playOut.play(output));
    this.#heard.push(...output.filter((code) => code > 0)); // where nothing waits there is a zero, and no code
  }

  #reached(names: readonly string[]): void {
    for (const name of names) this.#line.reached(name);
  }
}

const FRAME_MS = 20;

async function aBrowserCall() {
  const clock = new TestClock();
  const switchboard = new SwitchboardSpy();
  switchboard.listens = false;
  const carrier = browserCarrier({
    clock,
    publicUrlOf: () => '',
    publicUrl: () => '',
    mayComeUnsigned: () => false,
    isOver: async () => false,
    ended: () => {},
    trouble: () => {},
  });
  const { ringSoftphone, upgrade } = carrier.open(switchboard);
  if (!ringSoftphone || !upgrade) throw new Error('There is no phone.');
  const { server, port, serve } = await listen({ port: 0, host: '127.0.0.1' });
  serve(createWebApp(false), [upgrade]);
  cleanups.push(() => void server.close());
  const rung = await ringSoftphone('browser', 'house');
  if (!rung.ok) throw new Error(rung.because);
  const phone = new PhoneOnAPage(`ws://127.0.0.1:${port}${rung.streamUrl}`, rung.callId, clock);
  cleanups.push(() => phone.breaksOff());
  await vi.waitFor(() => expect(switchboard.connected).toHaveLength(1));
  const [connection] = switchboard.connected;
  if (!connection) throw new Error('not connected');
  const { leg } = connection;
  return { carrier, callId: rung.callId, leg, phone, passes: (ms: number) => passing(clock, ms) };
}

describeLeg('browser', aBrowserCall);

describePhoneCall('browser', { hasApi: false }, async () => {
  const { carrier, callId, phone, passes } = await aBrowserCall();
  return {
    call: carrier.phoneCalls.of(callId),
    unknown: carrier.phoneCalls.of('browser-unknown'),
    asked: () => [],
    openLegs: () => (phone.isClosed ? 0 : 1),
    async losesLeg() {
      phone.breaksOff();
      await passes(100);
    },
    passes,
  };
});
