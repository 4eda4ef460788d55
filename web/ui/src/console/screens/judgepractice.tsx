import { Await, client, Empty, key, Loading, More, Page, type Schemas, useAnnounce, useDraft, useFocusKeeper, useI18n, usePages, useWrite, When } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Button, Group, Paper, Text, Textarea } from '@mantine/core';
import ClipboardCheck from 'lucide-react/icons/clipboard-check';
import { type RefObject, useMemo, useState } from 'react';
import css from '../console.module.css';
import { usePlace } from '../place';
import { reviewTabs, Tabs } from '../tabs';

type Answer = Schemas['PracticeToJudge'];
const path = '/api/v1/programs/{program}/practice_answers' as const;

/** Practice answers that wait for a verdict: longest waiting first, and nothing says whose they are. */
export default function JudgePractice() {
  const { t } = useI18n();
  const { program } = usePlace();
  return (
    <Page title={t('judging.title')} about={t('judging.about')}>
      <Tabs label={t('reviews.title')} of={reviewTabs} />
      {program && <List key={program.id} program={program.id} />}
    </Page>
  );
}

function List({ program }: { program: string }) {
  const answers = usePages<Answer>(path, async (cursor) => (await client.GET(path, { params: { path: { program }, query: { cursor, limit: 10 } } })).data!, program);
  return (
    <Await read={answers} loading={<Loading rows={2} height={220} />}>
      {(list) => (
        <>
          <Cards program={program} answers={list} />
          <More of={answers} />
        </>
      )}
    </Await>
  );
}

function Cards({ program, answers }: { program: string; answers: Answer[] }) {
  const { t } = useI18n();
  const ids = useMemo(() => answers.map((a) => a.id), [answers]);
  const { keep, fallback } = useFocusKeeper(ids);
  return (
    <div className={layout.stack}>
      <h2 ref={fallback as RefObject<HTMLHeadingElement>} tabIndex={-1} className="kh-hidden">
        {t('judging.count', { count: answers.length })}
      </h2>
      {answers.length === 0 && (
        <Empty title={t('judging.none')} icon={<ClipboardCheck size={28} />}>
          {t('judging.none.text')}
        </Empty>
      )}
      {answers.map((answer) => (
        <Paper key={answer.id} component="article" ref={keep(answer.id)} tabIndex={-1} aria-label={answer.question}>
          <span className={css.quiet}>
            {t('judging.handed')} <When at={answer.submitted_at} /> · {t('judging.attempt', { n: answer.attempt })}
          </span>
          <h3 className={layout.subject} style={{ marginTop: 10 }} dir="auto">
            {answer.question}
          </h3>
          {answer.guide && (
            <Text size="sm" c="dimmed" dir="auto" style={{ whiteSpace: 'pre-wrap' }}>
              <strong>{t('tasks.guide')}</strong> {answer.guide}
            </Text>
          )}
          <blockquote className={css.quote} dir="auto">
            {answer.text}
          </blockquote>
          <Decide program={program} answer={answer} />
        </Paper>
      ))}
    </div>
  );
}

/** Passes, or not yet, with what would make it good. */
function Decide({ program, answer }: { program: string; answer: Answer }) {
  const { t } = useI18n();
  const say = useAnnounce();
  const [note, setNote, clear] = useDraft(`practice.${answer.id}`, '');
  const [missing, setMissing] = useState(false);
  const judge = useWrite((pass: boolean) => client.POST('/api/v1/programs/{program}/practice_answers/{answer}/judge', { params: { path: { program, answer: answer.id } }, body: { pass, note: note.trim() || undefined } }), {
    stale: [key(path)],
    done: t('judging.done'),
    after: clear,
  });
  const give = (pass: boolean) => {
    setMissing(!pass && !note.trim());
    if (!pass && !note.trim()) say(t('judging.missing'));
    else judge.mutate(pass);
  };
  return (
    <form className={layout.stack} style={{ gap: 12, marginTop: 14 }} onSubmit={(e) => e.preventDefault()}>
      <Textarea label={t('judging.note')} description={t('judging.note.text')} autosize minRows={2} maxLength={500} dir="auto" value={note} onChange={(e) => setNote(e.currentTarget.value)} error={missing ? t('judging.missing') : undefined} />
      <Group justify="flex-end" gap="sm">
        <Button variant="light" color="brick" loading={judge.isPending && judge.variables === false} onClick={() => give(false)}>
          {t('judging.fail')}
        </Button>
        <Button loading={judge.isPending && judge.variables === true} onClick={() => give(true)}>
          {t('judging.pass')}
        </Button>
      </Group>
    </form>
  );
}
