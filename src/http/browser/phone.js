/** The phone: rings the house, and is its microphone, loudspeaker and keypad. */
import { ask, find, isTyping, make, need } from './dom.js';
import { watchCall } from './live-transcript.js';
import { PhoneLine } from './phone-line.js';
import { SILENT_CODE } from './telephone-sound.js';

/** @typedef {{ line: PhoneLine, end: () => void }} Call */

const ring = need('#ring', HTMLButtonElement);
const hangUp = need('#hang-up', HTMLButtonElement);
const talk = need('#talk', HTMLButtonElement);
const pushToTalk = need('#push-to-talk', HTMLInputElement);
const keys = [...document.querySelectorAll('#keypad button')].filter(
  (key) => key instanceof HTMLButtonElement,
);
/** @type {Call | null} */
let call = null;
let isTalking = false;

ring.addEventListener('click', async () => {
  ring.disabled = true;
  complain('');
  say('Ringing …');
  try {
    call = await openCall();
    show(true);
  } catch (error) {
    complain(whyNot(error));
    over('Ready to ring.');
  }
});
hangUp.addEventListener('click', () => {
  call?.line.hangUp();
  over('You have hung up.');
});
for (const key of keys) key.addEventListener('click', () => press(key.dataset['digit'] ?? ''));

pushToTalk.addEventListener('change', () => (talk.hidden = !pushToTalk.checked));
const talking = (/** @type {boolean} */ is) => {
  isTalking = is;
  talk.classList.toggle('is-pressed', is);
};
talk.addEventListener('pointerdown', () => talking(true));
addEventListener('pointerup', () => talking(false));
addEventListener('keydown', (event) => {
  if (isTyping(event.target) || event.ctrlKey || event.metaKey || !call) return;
  if (event.key === ' ' && pushToTalk.checked) {
    event.preventDefault();
    talking(true);
  } else if (/^[0-9*#]$/.test(event.key)) press(event.key);
});
addEventListener('keyup', ({ key }) => key === ' ' && talking(false));
addEventListener('pagehide', () => call?.line.hangUp());

/** @returns {Promise<Call>} */
async function openCall() {
  const microphone = await navigator.mediaDevices.getUserMedia({
    audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 },
  });
  const context = new AudioContext({ latencyHint: 'interactive' });
  const letGo = () => {
    for (const track of microphone.getTracks()) track.stop();
    void context.close().catch(() => {});
  };
  try {
    await context.audioWorklet.addModule('/assets/phone-worklet.js');
    await context.resume();
    const answer = /** @type {{ callId: string, streamUrl: string }} */ (await ask('POST', '/api/phone'));
    const mouth = new AudioWorkletNode(context, 'mouth', {
      numberOfOutputs: 0,
      channelCount: 1,
      channelCountMode: 'explicit',
    });
    const ear = new AudioWorkletNode(context, 'ear', { numberOfInputs: 0, outputChannelCount: [1] });
    context.createMediaStreamSource(microphone).connect(mouth);
    ear.connect(context.destination);

    const stopWatching = watchCall(answer.callId, need('#transcript', HTMLOListElement), (doing) => {
      need('#doing', HTMLElement).textContent = doing;
    });
    const link = need('#call-link', HTMLAnchorElement);
    link.href = `/calls/${answer.callId}`;
    link.hidden = false;

    const line = new PhoneLine(socketAddress(answer.streamUrl), answer.callId, {
      opened: () => say('You are on the line.'),
      sound: (codes) => ear.port.postMessage({ sound: codes }, [codes.buffer]),
      mark: (mark) => ear.port.postMessage({ mark }),
      clear: () => ear.port.postMessage({ clear: true }),
      closed: () => over('The call is over.'),
    });
    mouth.port.onmessage = ({ data }) => {
      const isOpen = !pushToTalk.checked || isTalking;
      meter('#mouth', isOpen ? data.level : 0);
      line.say(isOpen ? data.frame : data.frame.fill(SILENT_CODE));
    };
    ear.port.onmessage = ({ data }) => {
      if (data.mark !== undefined) line.reached(data.mark);
      if (data.level !== undefined) meter('#ear', data.level);
    };
    const end = () => {
      mouth.port.onmessage = null;
      mouth.disconnect();
      ear.disconnect();
      letGo();
      setTimeout(stopWatching, LAST_WORDS_MS);
    };
    return { line, end };
  } catch (error) {
    letGo();
    throw error;
  }
}

/** The media socket is on this very site, whatever name the house goes by elsewhere. @param {string} streamUrl */
function socketAddress(streamUrl) {
  const address = new URL(new URL(streamUrl, location.href).pathname, location.href);
  address.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  return address.href;
}

/** @param {string} digit */
function press(digit) {
  call?.line.press(digit);
  const key = keys.find((candidate) => candidate.dataset['digit'] === digit);
  key?.classList.add('is-pressed');
  setTimeout(() => key?.classList.remove('is-pressed'), 150);
}

/** @param {string} state */
function over(state) {
  const ended = call;
  call = null;
  ended?.end();
  if (ended || ring.disabled) say(state);
  show(false);
  meter('#mouth', 0);
  meter('#ear', 0);
}

/** @param {boolean} isOnLine */
function show(isOnLine) {
  ring.hidden = isOnLine;
  ring.disabled = false;
  hangUp.hidden = !isOnLine;
  for (const key of keys) key.disabled = !isOnLine;
  (isOnLine ? hangUp : ring).focus();
}

/** As loud as it sounds, rather than as loud as it is. @param {string} selector @param {number} level */
function meter(selector, level) {
  const bar = need(selector, HTMLMeterElement);
  bar.value = level < 0.001 ? 0 : Math.max(0, 100 + 20 * Math.log10(level) * 1.8);
}

/** @param {string} state */
function say(state) {
  need('#state', HTMLElement).textContent = state;
}

/** @param {string} message */
function complain(message) {
  const line = need('#complaint', HTMLElement);
  line.replaceChildren(...(message === '' ? [] : [make('span', {}, message)]));
  line.hidden = message === '';
}

/** @param {unknown} error */
function whyNot(error) {
  if (!navigator.mediaDevices)
    return 'Browsers give the microphone only to pages over https, or to localhost.';
  if (error instanceof DOMException && error.name === 'NotAllowedError')
    return 'The browser did not give the microphone: allow it for this page, and ring again.';
  if (error instanceof DOMException && error.name === 'NotFoundError') return 'There is no microphone.';
  return error instanceof Error ? error.message : String(error);
}

/** Words come a moment after they were said. */
const LAST_WORDS_MS = 5_000;
find('#ring', HTMLButtonElement)?.focus();
