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

export function spokenWeekday(day: Temporal.PlainDate): string {
  return WEEKDAYS[day.dayOfWeek - 1] ?? '';
}

/** "nine thirty in the morning" */
export function spokenTime(time: Temporal.PlainTime): string {
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
