import { type Route, route } from '../routing/route.ts';
import { html } from './html.ts';
import { layout, visitOf } from './layout.ts';

/** A telephone in the browser, which rings this house as a carrier would. */
export function phonePage(): Route {
  return route('get /phone', {
    says: 'The browser’s own phone.',
    needs: 'operator',
    handle(_input, response) {
      const body = html`<h1 class="quiet-title">Phone</h1>
<div class="columns phone">
<section class="card handset" aria-label="Phone">
  <p id="state" class="state" role="status">Ready to ring.</p>
  <div class="meters"><label>You <meter id="mouth" min="0" max="100" low="5" value="0"></meter></label>
  <label>Agent <meter id="ear" min="0" max="100" low="5" value="0"></meter></label></div>
  <div class="keypad" id="keypad">${'123456789*0#'.split('').map((key) => html`<button data-digit="${key}" disabled>${key}</button>`)}</div>
  <div class="row"><button class="main call-button" id="ring">Ring</button><button class="danger call-button" id="hang-up" hidden>Hang up</button></div>
  <label class="switch"><input type="checkbox" id="push-to-talk"> push to talk (hold the space bar, or the button)</label>
  <button id="talk" hidden>Hold to talk</button>
  <p class="complaint" id="complaint" role="alert" hidden></p>
  <noscript><p class="complaint">The phone needs JavaScript.</p></noscript>
</section>
<section class="card"><div class="spread"><h2>What is being said</h2><span class="pill" id="doing"></span></div><ol class="transcript" id="transcript"></ol><p class="fine"><a id="call-link" href="/" hidden>Everything about this call</a></p></section>
</div>`;
      response
        .type('html')
        .send(layout(visitOf(response), { title: 'Phone', here: '/phone', script: 'phone.js', body }));
    },
  });
}
