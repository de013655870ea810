import { ScriptedPhoneCall } from '../../src/testing/scripted-phone-call.ts';
import { SimulatedPhone } from '../../src/testing/simulated-phone.ts';
import { describeLeg } from '../contracts/leg.ts';
import { describePhoneCall } from '../contracts/phone-call.ts';
import { TestClock } from '../support/test-clock.ts';

function aSimulatedPhone() {
  const clock = new TestClock();
  const heard: number[] = [];
  const leg = new SimulatedPhone(clock, { heard: (audio) => void heard.push(...audio) });
  let lineMs = 0;
  const phone = {
    says(audio: Uint8Array) {
      leg.says(audio, lineMs);
      lineMs += 20;
    },
    presses: (digit: string) => leg.presses(digit),
    hangsUp: () => leg.hangsUp(),
    breaksOff: () => leg.breaksOff(),
    heard() {
      void leg.waitingMs; // what is due by now is heard by now
      return heard;
    },
    get isClosed() {
      return leg.isClosed;
    },
  };
  return { clock, leg, phone, passes: async (ms: number) => clock.advance(ms) };
}

describeLeg('simulated', async () => aSimulatedPhone());

describePhoneCall('scripted', { hasApi: true }, async () => {
  const asked: string[] = [];
  let leg = new SimulatedPhone(new TestClock());
  const call = new ScriptedPhoneCall('CA1', { leg: () => leg, told: (what) => void asked.push(what) });
  return {
    call,
    unknown: new ScriptedPhoneCall('CA2'),
    asked: () => asked.map((what) => what.replace(/^redirect.*/, 'go on')),
    openLegs: () => (leg.isClosed ? 0 : 1),
    async losesLeg() {
      leg.breaksOff();
    },
    async reconnects() {
      leg = new SimulatedPhone(new TestClock());
    },
    refuses() {
      call.answer = 'refused';
    },
    passes: async () => {},
  };
});
