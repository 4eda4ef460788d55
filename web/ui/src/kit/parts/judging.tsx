import { Badge, Button, Group, Textarea } from '@mantine/core';
import type { QueryKey } from '@tanstack/react-query';
import { useState } from 'react';
import type { Schemas } from '../api';
import { useDraft } from '../drafts';
import { useFormat } from '../format';
import { useI18n } from '../i18n';
import layout from '../layout.module.css';
import { useWrite } from '../write';
import { useAnnounce } from './announce';
import { Conversation } from './conversation';
import { Facts } from './facts';
import { Redacted } from './hidden';
import css from './judging.module.css';

/** Work to be judged: what was asked and answered, and nothing of who. */
export function Judged({ of }: { of: Schemas['Work'] }) {
  const { t } = useI18n();
  const format = useFormat();
  return (
    <div className={css.work}>
      <div className={layout.row}>
        <h2 className={layout.subject} style={{ margin: 0 }}>
          <Redacted text={of.title} />
        </h2>
        <Badge color="gray">{format.language(of.language)}</Badge>
      </div>
      <Facts text={of.context} />
      <Conversation messages={of.messages} side="brand" />
      {of.ended && (
        <p style={{ margin: 0 }}>
          {t('judged.ended')} <Redacted text={of.note} />
        </p>
      )}
    </div>
  );
}

export type Said = { pass: boolean; scores: Schemas['Scores']; note?: string };
type Scores = Partial<Record<Schemas['RubricLine']['line'], number>>;

/** A verdict by the program's rubric, each line from 1 to 5, and what it comes to. */
export function Verdict({ id, rubric, give, stale, done, after }: { id: string; rubric: Schemas['RubricLine'][]; give: (said: Said) => Promise<unknown>; stale: QueryKey[]; done: string; after?: () => void }) {
  const { t } = useI18n();
  const say = useAnnounce();
  const [scores, setScores, forget] = useDraft<Scores>(`review.${id}.scores`, {});
  const [note, setNote, clear] = useDraft(`review.${id}.note`, '');
  const [wrong, setWrong] = useState<'verdict.missing' | 'verdict.low' | 'verdict.fatal' | null>(null);
  const write = useWrite(
    async (pass: boolean) => {
      await give({ pass, scores: scores as Schemas['Scores'], note: note.trim() || undefined });
      clear();
      forget();
    },
    { stale, done, after },
  );
  const against = (pass: boolean) => {
    const given = rubric.map(({ line }) => scores[line]);
    if (given.some((n) => !n) || (!pass && !note.trim())) return 'verdict.missing';
    const least = Math.min(...(given as number[]));
    if (pass && least < 2) return 'verdict.fatal';
    return !pass && least > 2 ? 'verdict.low' : null;
  };
  const send = (pass: boolean) => {
    const problem = against(pass);
    setWrong(problem);
    if (problem) say(t(problem));
    else write.mutate(pass);
  };
  return (
    <form className={css.form} onSubmit={(e) => e.preventDefault()}>
      <div className={css.scores}>
        {rubric.map(({ line, means }) => (
          <fieldset key={line} className={css.score}>
            <legend>
              {t(`criterion.${line}`)}
              {means && (
                <span className={css.means} dir="auto">
                  {means}
                </span>
              )}
            </legend>
            <span className={css.marks}>
              {[1, 2, 3, 4, 5].map((n) => (
                <label key={n} className={css.mark}>
                  <input type="radio" name={`${id}-${line}`} checked={scores[line] === n} onChange={() => setScores({ ...scores, [line]: n })} />
                  <span>{n}</span>
                </label>
              ))}
            </span>
          </fieldset>
        ))}
      </div>
      <Textarea label={t('verdict.note')} description={t('verdict.note.hint')} value={note} onChange={(e) => setNote(e.currentTarget.value)} autosize minRows={2} maxLength={4096} dir="auto" error={wrong ? t(wrong) : undefined} />
      <Group justify="flex-end" gap="sm">
        <Button variant="light" color="brick" loading={write.isPending && write.variables === false} onClick={() => send(false)}>
          {t('verdict.fail')}
        </Button>
        <Button loading={write.isPending && write.variables === true} onClick={() => send(true)}>
          {t('verdict.pass')}
        </Button>
      </Group>
    </form>
  );
}
