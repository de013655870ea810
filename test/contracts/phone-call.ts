import { describe, expect, it } from 'vitest';
import type { PhoneCall } from '../../src/ports/phone-call.ts';

export interface PhoneCallRig {
  /** Of a call that goes on, with one leg. */
  readonly call: PhoneCall;
  /** A call of which nobody has heard. */
  readonly unknown: PhoneCall;
  /** What the carrier was asked: `hang up`, `dial +441632960001`, `go on`, `text: …`. */
  asked(): readonly string[];
  /** How many of the call's legs are open. */
  openLegs(): number;
  /** The carrier takes the leg away; the phone call goes on. */
  losesLeg(): Promise<void>;
  /** The call gets another leg. Absent where it ends with its leg. */
  readonly reconnects?: () => Promise<void>;
  /** From now on the carrier does not do as it is told. Absent where there is nobody to refuse. */
  readonly refuses?: () => void;
  passes(ms: number): Promise<void>;
}

/** What a carrier can do with a phone call. */
export interface PhoneCallAbilities {
  /** It can be asked to do something with a call that has no leg. */
  readonly hasApi: boolean;
}

/** What is asked of the phone calls of every carrier, and of the double that stands in for one. */
export function describePhoneCall(
  carrier: string,
  { hasApi }: PhoneCallAbilities,
  setUp: () => Promise<PhoneCallRig>,
): void {
  describe(`a ${carrier} phone call`, () => {
    it('is ended with its leg', async () => {
      const { call, asked, openLegs, passes } = await setUp();

      await call.hangUp();
      await passes(100);

      expect(openLegs()).toBe(0);
      expect(asked()).toEqual(hasApi ? ['hang up'] : []);
    });

    it('is ended when its leg is gone', async () => {
      const { call, asked, losesLeg } = await setUp();
      await losesLeg();

      await call.hangUp();

      expect(asked()).toEqual(hasApi ? ['hang up'] : []);
    });

    it('is ended with a leg that came later', async ({ skip }) => {
      const { call, openLegs, losesLeg, reconnects, passes } = await setUp();
      if (!reconnects) return skip('its callers do not come back');
      await losesLeg();
      await reconnects();
      expect(openLegs()).toBe(1);

      await call.hangUp();
      await passes(100);

      expect(openLegs()).toBe(0);
    });

    it('may be ended twice', async () => {
      const { call, openLegs, passes } = await setUp();

      await Promise.all([call.hangUp(), call.hangUp()]);
      await call.hangUp();
      await passes(100);

      expect(openLegs()).toBe(0);
    });

    it('is ended for us also where the carrier refuses to', async () => {
      const { call, openLegs, refuses, passes } = await setUp();
      refuses?.();

      await call.hangUp();
      await passes(100);

      expect(openLegs()).toBe(0);
    });

    it('leaves the other calls alone', async () => {
      const { unknown, openLegs, passes } = await setUp();

      await unknown.hangUp();
      await passes(100);

      expect(openLegs()).toBe(1);
    });

    it('is connected with somebody else, or stays with us and says so', async () => {
      const { call, asked, openLegs } = await setUp();

      const outcome = await call.dial(REQUEST);

      expect(outcome).toBe(hasApi ? 'under_way' : 'refused');
      expect(asked()).toEqual(hasApi ? [`dial ${REQUEST.number}`] : []);
      if (outcome === 'refused') expect(openLegs()).toBe(1);
    });

    it('is connected with somebody else when its leg is gone, too', async () => {
      const { call, losesLeg } = await setUp();
      await losesLeg();

      expect(await call.dial(REQUEST)).toBe(hasApi ? 'under_way' : 'refused');
    });

    it('stays with us, leg and all, when the carrier refuses to dial', async ({ skip }) => {
      const { call, openLegs, refuses, passes } = await setUp();
      refuses?.();
      if (!refuses) return skip('it never refuses');

      expect(await call.dial(REQUEST)).toBe('refused');
      await passes(100);
      expect(openLegs()).toBe(1);
    });

    it.each(['reconnect', { text: 'We are sorry.' }] as const)(
      'goes on another way, or says that it does not: %j',
      async (plan) => {
        const { call, asked, refuses } = await setUp();

        expect(await call.redirect(plan)).toBe(hasApi);
        expect(asked()).toEqual(hasApi ? ['go on'] : []);
        refuses?.();
        if (refuses) expect(await call.redirect(plan)).toBe(false);
      },
    );

    it('brings its caller a text message, or says why not', async () => {
      const { call, asked } = await setUp();

      const answer = await call.sendText({ from: '+15550199', to: '+15550100', text: 'See you at ten.' });

      expect(answer).toEqual(hasApi ? { ok: true } : { ok: false, because: expect.any(String) });
      expect(asked()).toEqual(hasApi ? ['text: See you at ten.'] : []);
    });
  });
}

const REQUEST = { number: '+441632960001', ringMs: 25_000, mostMs: 3_600_000 };
