import type { Express } from 'express';
import { browserCarrier } from '../carriers/browser/index.ts';
import { twilioCarrier } from '../carriers/twilio/index.ts';
import type {
  CallOutAnswer,
  Carrier,
  CarrierSurroundings,
  Entrance,
  SoftphoneAnswer,
  Switchboard,
} from '../ports/carrier.ts';
import type { IncomingCall, PhoneCall } from '../ports/phone-call.ts';
import type { Config } from './config.ts';

export interface CarrierParts extends CarrierSurroundings {
  readonly config: Config;
}

/** The carriers there are, by the name that their calls bear and their addresses begin with: a new one is one line more. */
const CARRIERS: Readonly<Record<string, (parts: CarrierParts) => Carrier | Promise<Carrier>>> = {
  twilio: ({ config, ...around }) => twilioCarrier({ ...around, ...twilioSettings(config) }),
  browser: browserCarrier,
};

/** All ways to be called, and to call. */
export class Carriers {
  readonly #carriers: ReadonlyMap<string, Carrier>;
  #entrances: ReadonlyMap<string, Entrance> = new Map();

  private constructor(carriers: ReadonlyMap<string, Carrier>) {
    this.#carriers = carriers;
  }

  static async from(parts: CarrierParts): Promise<Carriers> {
    const entries = Object.entries(CARRIERS).map(
      async ([name, create]) => [name, await create(parts)] as const,
    );
    return new Carriers(new Map(await Promise.all(entries)));
  }

  readonly phoneCallOf = ({ carrier, callId }: Pick<IncomingCall, 'carrier' | 'callId'>): PhoneCall =>
    this.#carriers.get(carrier)?.phoneCalls.of(callId) ?? beyondReach(callId);

  readonly callOut = async (from: string, to: string, agent: string): Promise<CallOutAnswer> => {
    const carrier = [...this.#carriers.values()].find(({ callOut }) => callOut);
    return (await carrier?.callOut?.(from, to, agent)) ?? NOBODY_TO_CALL;
  };

  readonly ringSoftphone = async (from: string, to: string): Promise<SoftphoneAnswer> => {
    const entrance = [...this.#entrances.values()].find(({ ringSoftphone }) => ringSoftphone);
    return (await entrance?.ringSoftphone?.(from, to)) ?? NO_PHONE;
  };

  /** From now on calls can come in; gives who takes the upgrades of media sockets. */
  open(switchboard: Switchboard, web: Express): readonly Required<Entrance>['upgrade'][] {
    const entrances = [...this.#carriers].map(
      ([name, carrier]) => [name, carrier.open(switchboard)] as const,
    );
    this.#entrances = new Map(entrances);
    for (const [name, { router }] of entrances) if (router) web.use(`/${name}`, router);
    return entrances.flatMap(([, { upgrade }]) => upgrade ?? []);
  }
}

/** Where there is no carrier: calls come in some other way, and there is nothing to be asked of them. */
export const NO_CARRIERS: Pick<Carriers, 'phoneCallOf' | 'callOut' | 'ringSoftphone'> = {
  phoneCallOf: ({ callId }) => beyondReach(callId),
  callOut: async () => NOBODY_TO_CALL,
  ringSoftphone: async () => NO_PHONE,
};

/** A call that no carrier of ours has: there is nothing to be asked of it. */
function beyondReach(callId: string): PhoneCall {
  return {
    id: callId,
    hangUp: async () => {},
    dial: async () => 'refused',
    redirect: async () => false,
    sendText: async () => ({ ok: false, because: 'No text messages from here.' }),
  };
}

function twilioSettings({ twilioAuthToken, oldTwilioAuthToken, twilioAccount }: Config) {
  return {
    authTokens: [twilioAuthToken, oldTwilioAuthToken].flatMap((token) => token ?? []),
    account: twilioAccount,
  };
}

const NOBODY_TO_CALL: CallOutAnswer = { ok: false, because: 'Nobody can be called from here.' };
const NO_PHONE: SoftphoneAnswer = { ok: false, because: 'There is no phone here.' };
