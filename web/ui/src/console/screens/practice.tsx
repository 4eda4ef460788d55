import { $api, Await, client, Empty, FormDialog, key, Page, type Schemas, useConfirm, useDraft, useI18n, useWrite, When } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Button, Paper, Text, Textarea } from '@mantine/core';
import PencilLine from 'lucide-react/icons/pencil-line';
import { useState } from 'react';
import css from '../console.module.css';
import { usePlace } from '../place';
import { setupTabs, Tabs } from '../tabs';

const stale = [key('/api/v1/programs/{program}/practice')];

/** Made-up questions that applicants answer as they would a customer's. */
export default function Practice() {
  const { t } = useI18n();
  const { program } = usePlace();
  const tasks = $api.useQuery('get', '/api/v1/programs/{program}/practice', { params: { path: { program: program?.id ?? '' } } }, { enabled: !!program });
  if (!program) return null;
  return (
    <Page title={t('setup.practice')} about={t('tasks.about')} actions={<Add program={program.id} />}>
      <Tabs label={t('setup.title')} of={setupTabs} />
      <Await read={tasks}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty title={t('tasks.none')} icon={<PencilLine size={28} />}>
              {t('tasks.none.text')}
            </Empty>
          ) : (
            <div className={layout.stack}>
              {data.map((task, i) => (
                <Task key={task.id} n={i + 1} program={program.id} task={task} />
              ))}
            </div>
          )
        }
      </Await>
    </Page>
  );
}

function Task({ n, program, task }: { n: number; program: string; task: Schemas['PracticeTask'] }) {
  const { t } = useI18n();
  const { ask, dialog } = useConfirm();
  const retire = useWrite(() => client.DELETE('/api/v1/programs/{program}/practice/{task}', { params: { path: { program, task: task.id } } }), { stale, done: t('tasks.retired') });
  return (
    <Paper component="article" aria-label={t('tasks.task', { n })}>
      <h2 className={layout.subject}>{t('tasks.task', { n })}</h2>
      <Text dir="auto" style={{ whiteSpace: 'pre-wrap' }}>
        {task.question}
      </Text>
      {task.guide && (
        <Text mt="sm" c="dimmed" dir="auto" style={{ whiteSpace: 'pre-wrap' }}>
          <strong>{t('tasks.guide')}</strong> {task.guide}
        </Text>
      )}
      <div className={layout.row} style={{ marginTop: 12 }}>
        <span className={css.quiet}>
          {t('tasks.since')} <When at={task.published_at} />
        </span>
        <Button variant="subtle" color="brick" size="compact-md" aria-label={`${t('tasks.retire')}: ${t('tasks.task', { n })}`} onClick={() => ask({ title: t('tasks.retire'), text: t('tasks.retire.text'), yes: t('tasks.retire'), danger: true, act: () => retire.mutateAsync() })}>
          {t('tasks.retire')}
        </Button>
      </div>
      {dialog}
    </Paper>
  );
}

function Add({ program }: { program: string }) {
  const { t } = useI18n();
  const [open, setOpen] = useState(false);
  const [task, setTask, clear] = useDraft(`task.${program}`, { question: '', guide: '' });
  const add = useWrite(() => client.POST('/api/v1/programs/{program}/practice', { params: { path: { program } }, body: { question: task.question.trim(), guide: task.guide.trim() || undefined } }), {
    stale,
    done: t('tasks.added'),
    after: () => {
      clear();
      setOpen(false);
    },
  });
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t('tasks.add')}</Button>
      <FormDialog open={open} close={() => setOpen(false)} title={t('tasks.add')} busy={add.isPending} disabled={!task.question.trim()} send={() => add.mutate()}>
        <Textarea label={t('tasks.question')} required autosize minRows={3} maxLength={4000} dir="auto" value={task.question} onChange={(e) => setTask({ ...task, question: e.currentTarget.value })} data-autofocus />
        <Textarea label={t('tasks.guide')} description={t('tasks.guide.text')} autosize minRows={3} maxLength={4000} dir="auto" value={task.guide} onChange={(e) => setTask({ ...task, guide: e.currentTarget.value })} />
      </FormDialog>
    </>
  );
}
