import { Refusal, z } from 'ringdown';
import { type Appointment, findOwnAppointment, freeTimes, type TimesWanted } from './appointments.ts';
import { stamp } from './calendar.ts';
import type { Clinic } from './clinic.ts';
import { provenCustomer } from './identity.ts';

/*
 * What tools tell the model: `say` is a sentence it may speak as it is, the rest are facts. Nothing in an answer
 * belongs to anybody but the caller. What a tool will not do it refuses in one of the sentences below: a refusal may
 * be tried again on the same call, when the caller has shown who they are, or wants another time.
 */

export interface OfferedTime {
  /** What the model hands back to book it. */
  readonly slot: string;
  readonly spoken: string;
}

/** Free times, and how to offer them. */
export function offer(clinic: Clinic, wanted: Omit<TimesWanted, 'now' | 'customerId'>) {
  const { db, now, call } = clinic;
  const times = freeTimes(db, { ...wanted, now, customerId: provenCustomer(db, call)?.id }).map(
    (time): OfferedTime => ({ slot: stamp(time), spoken: spokenMoment(time) }),
  );
  const list = spokenChoice(times.map(({ spoken }) => spoken));
  const say =
    times.length === 0 ? NO_FREE_TIME : `The next free times are ${list}. Which one would you like?`;
  return { say, times };
}

/** What a change answers, also the second time it is asked for. */
export const changed = z.object({ say: z.string(), slot: z.string(), practitioner: z.string() });
export type Changed = z.infer<typeof changed>;

const NO_FREE_TIME = 'There is no free time then.';
export const TAKEN = 'That time is no longer free.';
const NO_APPOINTMENT = 'I have found no appointment of yours.';
export const PROOF_WANTED = 'For that I need your order number, or your date of birth.';
export const NO_MORE_TRIES = 'I cannot look that up on this call. A colleague can help you.';
export const NO_DIGITS = 'I did not get a number.';
export const CALL_BACK = 'Nobody is free at the moment. A colleague will call you back.';

/** For the model: callers are offered nothing but times there are. */
export function noTestAt(slot: string): string {
  return `No eye test begins at "${slot}". Take a slot that free_appointments or my_appointment gave.`;
}

/** The caller's own appointment: the one of that slot, or the next. There is no way to somebody else's. */
export function ownAppointment({ db, call, now }: Clinic, slot?: string): Appointment {
  const own = findOwnAppointment(db, call, now, slot);
  if (own !== null) return own;
  // To somebody unproven, "none" would already tell something about somebody.
  throw new Refusal(provenCustomer(db, call) === null ? PROOF_WANTED : NO_APPOINTMENT);
}

/** Days and times as one says them on the phone: whole words, no figures. */

const WEEKDAYS = 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' ');
const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
);
const NUMBERS =
  'twelve one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const TENS = ['', '', 'twenty', 'thirty', 'forty', 'fifty'];
const ORDINALS =
  'none first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth'.split(
    ' ',
  );

/** "Monday the twenty-third of November" */
export function spokenDay(day: Temporal.PlainDate): string {
  return `${spokenWeekday(day)} the ${ordinal(day.day)} of ${MONTHS[day.month - 1]}`;
}

function spokenWeekday(day: Temporal.PlainDate): string {
  return WEEKDAYS[day.dayOfWeek - 1] ?? '';
}

/** "nine thirty in the morning" */
function spokenTime(time: Temporal.PlainTime): string {
  return `${spokenHour(time)} in the ${time.hour < 12 ? 'morning' : 'afternoon'}`;
}

/** "nine o'clock", "nine thirty" */
function spokenHour({ hour, minute }: Temporal.PlainTime): string {
  const hours = NUMBERS[hour % 12];
  return minute === 0 ? `${hours} o'clock` : `${hours} ${spokenMinutes(minute)}`;
}

/** "nine", where it is plain that an hour is meant: "from nine to six". */
export function spokenBareHour({ hour, minute }: Temporal.PlainTime): string {
  const hours = NUMBERS[hour % 12] ?? '';
  return minute === 0 ? hours : `${hours} ${spokenMinutes(minute)}`;
}

/** "Monday the twenty-third of November at nine thirty in the morning" */
export function spokenMoment(moment: Temporal.PlainDateTime): string {
  return `${spokenDay(moment.toPlainDate())} at ${spokenTime(moment.toPlainTime())}`;
}

/** "a", "a or b", "a, b or c" */
export function spokenChoice(things: readonly string[]): string {
  const last = things.at(-1) ?? '';
  return things.length < 2 ? last : `${things.slice(0, -1).join(', ')}, or ${last}`;
}

function spokenMinutes(minute: number): string {
  if (minute < 10) return `o ${NUMBERS[minute]}`;
  return minute < 20 ? (NUMBERS[minute] ?? '') : tensAnd(minute, NUMBERS[minute % 10] ?? '');
}

function ordinal(number: number): string {
  const whole = ORDINALS[number];
  if (whole !== undefined) return whole;
  return number === 30 ? 'thirtieth' : tensAnd(number, ORDINALS[number % 10] ?? '');
}

function tensAnd(number: number, last: string): string {
  const tens = TENS[Math.floor(number / 10)] ?? '';
  return number % 10 === 0 ? tens : `${tens}-${last}`;
}
