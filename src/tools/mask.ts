/** Stands where a secret was. */
const MASK = '***';

/** Hides the values of secret fields, at any depth of a JSON text. A text that is no JSON is hidden whole. */
export function maskFields(json: string, secret: readonly string[]): string {
  if (secret.length === 0) return json;
  try {
    return JSON.stringify(JSON.parse(json, (key, value: unknown) => (secret.includes(key) ? MASK : value)));
  } catch {
    return JSON.stringify(MASK);
  }
}

/** What stands in secret fields, so that it can be hidden wherever else it turns up. */
export function secretValues(json: string, secret: readonly string[]): readonly string[] {
  if (secret.length === 0) return [];
  const found = new Set<string>();
  const collect = (value: unknown): void => {
    if (typeof value === 'object' && value !== null) Object.values(value).forEach(collect);
    else if (value !== null && String(value).length >= LEAST_SECRET) found.add(String(value));
  };
  try {
    JSON.parse(json, (key, value: unknown) => {
      if (secret.includes(key)) collect(value);
      return value;
    });
  } catch {
    // Such arguments were refused, and nothing of them is shown.
  }
  return [...found];
}

/** Hides known secrets, and what looks like one, in a text for the log. */
export function maskText(text: string, secrets: readonly string[]): string {
  let masked = text;
  for (const secret of secrets) {
    if (secret.length < LEAST_SECRET) continue;
    masked = masked.replaceAll(secret, MASK);
    masked = masked.replaceAll(JSON.stringify(secret).slice(1, -1), MASK);
  }
  for (const [pattern, instead] of LOOKS_SECRET) masked = masked.replace(pattern, instead);
  return masked;
}

/** Shorter ones would also be found where they mean something else, and blacken the log. */
const LEAST_SECRET = 3;

const LOOKS_SECRET: readonly (readonly [RegExp, string])[] = [
  // The password within an address: postgres://user:password@host
  [/(:\/\/[^\s:/@]{0,100}:)[^\s@/]{1,200}@/g, `$1${MASK}@`],
  // Authorization headers
  [/\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${MASK}`],
  // password=…, "apiKey": "…", token: …
  [
    /(\w{0,40}(?:password|passwd|secret|token|api_?key|authorization)["']?\s{0,3}[=:]\s{0,3}["']?)[^\s"',;&)}]{3,}/gi,
    `$1${MASK}`,
  ],
  // Keys with a well-known beginning, and tokens of three parts
  [/\b(?:sk|pk|rk|ghp|gho|xox[abp]|AKIA|AC|SK)[-_]?[A-Za-z0-9_-]{16,}\b/g, MASK],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}/g, MASK],
];
