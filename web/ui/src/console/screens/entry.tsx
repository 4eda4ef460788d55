import { $api, Await, client, key, Page, type Schemas, useDraft, useFormat, useI18n, useWrite } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Button, Group, NumberInput, Paper, Radio, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { usePlace } from '../place';
import { setupTabs, Tabs } from '../tabs';

type Item = Schemas['QuizItem'];

/** What is asked of experts before they work: the terms and the quiz, in versions. */
export default function Entry() {
  const { t } = useI18n();
  const { program } = usePlace();
  if (!program) return null;
  return (
    <Page title={t('setup.entry')} about={t('entry.about')}>
      <Tabs label={t('setup.title')} of={setupTabs} />
      <div className={layout.stack}>
        <Terms program={program.id} />
        <Quiz program={program.id} />
      </div>
    </Page>
  );
}

function Terms({ program }: { program: string }) {
  const { t } = useI18n();
  const terms = $api.useQuery('get', '/api/v1/programs/{program}/terms', { params: { path: { program } } });
  return <Await read={terms}>{(of) => <TermsForm key={of.version} program={program} of={of} title={t('entry.terms')} />}</Await>;
}

function TermsForm({ program, of, title }: { program: string; of: Schemas['Terms']; title: string }) {
  const { t } = useI18n();
  const format = useFormat();
  const { may } = usePlace();
  const [text, setText, clear] = useDraft(`terms.${program}.${of.version}`, of.text);
  const publish = useWrite(
    async () => {
      await client.POST('/api/v1/programs/{program}/terms', { params: { path: { program } }, body: { text } });
      clear();
    },
    { stale: [key('/api/v1/programs/{program}/terms'), key('/api/v1/programs/{program}/checklist')], done: t('entry.published') },
  );
  return (
    <Paper component="section">
      <h2 className={layout.subject}>{title}</h2>
      <Text size="sm" c="dimmed" mb="sm">
        {of.published_at ? t('entry.version', { n: of.version, at: format.day(of.published_at) }) : t('entry.none')}
      </Text>
      <Textarea aria-label={title} value={text} onChange={(e) => setText(e.currentTarget.value)} autosize minRows={6} maxRows={18} dir="auto" readOnly={!may('manage_program')} />
      {may('manage_program') && (
        <Button mt="md" loading={publish.isPending} disabled={!text.trim() || text === of.text} onClick={() => publish.mutate()}>
          {t('entry.publish')}
        </Button>
      )}
    </Paper>
  );
}

function Quiz({ program }: { program: string }) {
  const { may } = usePlace();
  const quiz = $api.useQuery('get', '/api/v1/programs/{program}/quiz', { params: { path: { program } } }, { enabled: may('manage_program') });
  if (!may('manage_program')) return null;
  return <Await read={quiz}>{(of) => <QuizForm key={of.version} program={program} of={of} />}</Await>;
}

function QuizForm({ program, of }: { program: string; of: Schemas['FullQuiz'] }) {
  const { t } = useI18n();
  const [items, setItems, clear] = useDraft<Item[]>(`quiz.${program}.${of.version}`, of.items);
  const [mark, setMark] = useState(of.pass_mark || 80);
  const publish = useWrite(
    async () => {
      await client.POST('/api/v1/programs/{program}/quiz', { params: { path: { program } }, body: { items, pass_mark: mark } });
      clear();
    },
    { stale: [key('/api/v1/programs/{program}/quiz'), key('/api/v1/programs/{program}/checklist')], done: t('entry.published') },
  );
  const put = (i: number, item: Item) => setItems(items.map((old, n) => (n === i ? item : old)));
  return (
    <Paper component="section">
      <h2 className={layout.subject}>{t('entry.quiz')}</h2>
      <Text size="sm" c="dimmed" mb="md">
        {of.version ? t('entry.quiz.version', { n: of.version }) : t('entry.none')}
      </Text>
      <Stack gap="lg">
        {items.map((item, i) => (
          <fieldset key={i} style={{ border: 0, margin: 0, padding: 0 }}>
            <legend className="kh-hidden">{t('entry.question', { n: i + 1 })}</legend>
            <Stack gap="xs">
              <Group align="end" wrap="nowrap">
                <TextInput label={t('entry.question', { n: i + 1 })} value={item.question} onChange={(e) => put(i, { ...item, question: e.currentTarget.value })} flex={1} dir="auto" />
                <Button variant="subtle" color="brick" aria-label={t('entry.drop', { n: i + 1 })} onClick={() => setItems(items.filter((_, n) => n !== i))}>
                  {t('remove')}
                </Button>
              </Group>
              {item.options.map((option, k) => (
                <Group key={k} gap="sm" wrap="nowrap">
                  <Radio name={`right-${i}`} aria-label={t('entry.right', { n: k + 1 })} checked={item.answer === k} onChange={() => put(i, { ...item, answer: k })} />
                  <TextInput aria-label={t('entry.option', { n: k + 1 })} value={option} onChange={(e) => put(i, { ...item, options: item.options.map((old, n) => (n === k ? e.currentTarget.value : old)) })} flex={1} dir="auto" />
                </Group>
              ))}
              <div>
                <Button variant="subtle" size="compact-sm" disabled={item.options.length >= 8} onClick={() => put(i, { ...item, options: [...item.options, ''] })}>
                  {t('entry.add_option')}
                </Button>
              </div>
            </Stack>
          </fieldset>
        ))}
      </Stack>
      <Group mt="lg" justify="space-between">
        <Button variant="default" onClick={() => setItems([...items, { question: '', options: ['', ''], answer: 0 }])}>
          {t('entry.add')}
        </Button>
        <Group align="end">
          <NumberInput label={t('entry.mark')} min={1} max={100} value={mark} onChange={(n) => setMark(Number(n))} suffix=" %" w={120} />
          <Button loading={publish.isPending} disabled={items.length === 0} onClick={() => publish.mutate()}>
            {t('entry.publish')}
          </Button>
        </Group>
      </Group>
    </Paper>
  );
}
