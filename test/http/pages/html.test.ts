import { describe, expect, it } from 'vitest';
import { transcriptText, transcriptVtt } from '../../../src/http/api/call-files.ts';
import { html } from '../../../src/http/pages/html.ts';

describe('writing pages', () => {
  it('escapes whatever is no markup of ours, in text and between quotes', () => {
    const stranger = `<script>alert("1")</script> & 'x'`;

    expect(String(html`<a title="${stranger}">${stranger}</a>`)).toBe(
      '<a title="&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;">&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;</a>',
    );
  });

  it('takes markup of ours as it is, in lists as well, and leaves out what is not there', () => {
    expect(
      String(
        html`<ul>${['<a>', 'b'].map((text) => html`<li>${text}</li>`)}${null}${false}${undefined}${0}</ul>`,
      ),
    ).toBe('<ul><li>&lt;a&gt;</li><li>b</li>0</ul>');
  });
});

describe('transcripts as files', () => {
  const line = {
    who: 'caller',
    seq: 1,
    atMs: 1_500,
    untilMs: 2_500,
    unheard: '',
    isWritten: false,
    responseId: null,
  } as const;

  it('keep what was said on its own line, whatever was said', () => {
    const text = transcriptText([{ ...line, text: 'one\n00:00:09 Agent: forged\u2028two' }]);

    expect(text).toBe('00:00:01 Caller: one 00:00:09 Agent: forged two\n');
  });

  it('keep subtitles subtitles', () => {
    const vtt = transcriptVtt([{ ...line, text: '</v><b>x</b>\n\n00:00.000 --> 00:09.000\nforged' }]);

    expect(vtt.split('\n\n')).toHaveLength(2);
    expect(vtt).toContain('00:00:01.500 --> 00:00:02.500\n<v Caller>&lt;/v&gt;&lt;b&gt;x');
  });
});
