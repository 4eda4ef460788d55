import { $api, Await, client, Empty, FormDialog, key, Page, type Schemas, useCodes, useI18n, useWrite } from '@kit/index';
import { Button, Group, Paper, Select, Text, Textarea, TextInput } from '@mantine/core';
import FolderTree from 'lucide-react/icons/folder-tree';
import { useState } from 'react';
import css from '../console.module.css';
import { usePlace } from '../place';
import { setupTabs, Tabs } from '../tabs';

type Topic = Schemas['Topic'];
type Mode = Topic['mode'];
const modes: Mode[] = ['crowd', 'certified', 'brand-only'];

/** What is asked about, and who may be asked: anybody, who is certified, or only the brand. */
export default function Topics() {
  const { t } = useI18n();
  const { program, may } = usePlace();
  const topics = $api.useQuery('get', '/api/v1/programs/{program}/topics', { params: { path: { program: program?.id ?? '' } } }, { enabled: !!program });
  return (
    <Page title={t('setup.topics')} about={t('topics.about')} actions={may('manage_program') && program && <Add program={program.id} topics={topics.data?.data ?? []} />}>
      <Tabs label={t('setup.title')} of={setupTabs} />
      <Await read={topics}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty title={t('topics.none')} icon={<FolderTree size={28} />}>
              {t('topics.none.text')}
            </Empty>
          ) : (
            <Paper>
              <ul className={css.tree}>
                {inOrder(data).map((topic) => (
                  <li key={topic.id} data-child={topic.parent || undefined}>
                    <div className={css.about}>
                      <strong>{topic.name}</strong>
                      {topic.description && (
                        <Text size="sm" c="dimmed" dir="auto">
                          {topic.description}
                        </Text>
                      )}
                    </div>
                    <Group gap="xs" wrap="nowrap">
                      {may('manage_program') && <Describe topic={topic} program={program?.id ?? ''} />}
                      <ModeChoice topic={topic} program={program?.id ?? ''} />
                    </Group>
                  </li>
                ))}
              </ul>
            </Paper>
          )
        }
      </Await>
    </Page>
  );
}

/** Each topic before what is below it. */
export function inOrder(topics: readonly Topic[], below = ''): Topic[] {
  return topics.filter((topic) => (topic.parent || '') === below).flatMap((topic) => [topic, ...inOrder(topics, topic.id)]);
}

/** What a topic is about, in words that customers use: questions are read by it. */
function Describe({ topic, program }: { topic: Topic; program: string }) {
  const { t } = useI18n();
  const [text, setText] = useState<string | null>(null);
  const set = useWrite((description: string) => client.PUT('/api/v1/programs/{program}/topics/{topic}/description', { params: { path: { program, topic: topic.id } }, body: { description } }), {
    stale: [key('/api/v1/programs/{program}/topics')],
    done: t('saved'),
    after: () => setText(null),
  });
  return (
    <>
      <Button variant="subtle" size="compact-sm" flex="none" aria-label={`${t('topics.describe')}: ${topic.name}`} onClick={() => setText(topic.description)}>
        {t('topics.describe')}
      </Button>
      <FormDialog open={text !== null} close={() => setText(null)} title={t('topics.describe.title', { name: topic.name })} yes={t('save')} busy={set.isPending} send={() => set.mutate((text ?? '').trim())}>
        <About value={text ?? ''} change={setText} />
      </FormDialog>
    </>
  );
}

function About({ value, change }: { value: string; change: (text: string) => void }) {
  const { t } = useI18n();
  return <Textarea label={t('topics.description')} description={t('topics.description.hint')} autosize minRows={2} maxRows={8} maxLength={500} dir="auto" value={value} onChange={(e) => change(e.currentTarget.value)} />;
}

function ModeChoice({ topic, program }: { topic: Topic; program: string }) {
  const { t } = useI18n();
  const codes = useCodes();
  const { may } = usePlace();
  const set = useWrite((mode: Mode) => client.PUT('/api/v1/programs/{program}/topics/{topic}/mode', { params: { path: { program, topic: topic.id } }, body: { mode } }), {
    stale: [key('/api/v1/programs/{program}/topics')],
    done: t('saved'),
  });
  return (
    <Select
      aria-label={t('topics.mode', { name: topic.name })}
      data={modes.map((value) => ({ value, label: codes('mode', value) }))}
      value={topic.mode}
      onChange={(value) => value && set.mutate(value as Mode)}
      disabled={!may('manage_program') || set.isPending}
      allowDeselect={false}
      className={css.mode}
    />
  );
}

function Add({ program, topics }: { program: string; topics: readonly Topic[] }) {
  const { t } = useI18n();
  const codes = useCodes();
  const [open, setOpen] = useState(false);
  const [name, setName] = useState('');
  const [about, setAbout] = useState('');
  const [mode, setMode] = useState<Mode>('crowd');
  const [parent, setParent] = useState<string | null>(null);
  const add = useWrite(() => client.POST('/api/v1/programs/{program}/topics', { params: { path: { program } }, body: { name: name.trim(), slug: slugOf(name), description: about.trim(), mode, parent: parent ?? undefined } }), {
    stale: [key('/api/v1/programs/{program}/topics'), key('/api/v1/programs/{program}/checklist')],
    after: () => {
      setOpen(false);
      setName('');
      setAbout('');
    },
  });
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t('topics.add')}</Button>
      <FormDialog open={open} close={() => setOpen(false)} title={t('topics.add')} yes={t('add')} busy={add.isPending} disabled={!slugOf(name)} send={() => add.mutate()}>
        <TextInput label={t('topics.name')} required maxLength={100} value={name} onChange={(e) => setName(e.currentTarget.value)} data-autofocus />
        <About value={about} change={setAbout} />
        <Select label={t('topics.below')} data={topics.map((topic) => ({ value: topic.id, label: topic.name }))} value={parent} onChange={setParent} clearable clearButtonProps={{ 'aria-label': t('remove') }} />
        <Select label={t('topics.who')} data={modes.map((value) => ({ value, label: codes('mode', value) }))} value={mode} onChange={(value) => setMode(value as Mode)} allowDeselect={false} />
      </FormDialog>
    </>
  );
}

/** A name as it stands in addresses: lower case letters, digits and hyphens. */
export function slugOf(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
}
