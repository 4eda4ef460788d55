import { $api, Await, client, Empty, FormDialog, key, Page, type Schemas, useConfirm, useDraft, useFormat, useI18n, useWrite } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Badge, Button, Checkbox, Group, Paper, Select, Text, Textarea, TextInput } from '@mantine/core';
import BookOpen from 'lucide-react/icons/book-open';
import { useState } from 'react';
import css from '../console.module.css';
import { usePlace } from '../place';
import { setupTabs, Tabs } from '../tabs';

type Card = Schemas['CardFigure'];
const stale = [key('/api/v1/programs/{program}/cards')];

/** What experts read before they are asked: of the program, and of its topics, which they open. */
export default function Cards() {
  const { t } = useI18n();
  const { program } = usePlace();
  if (!program) return null;
  return (
    <Page title={t('setup.cards')} about={t('cards.about')} actions={<Add program={program} />}>
      <Tabs label={t('setup.title')} of={setupTabs} />
      <List program={program.id} />
    </Page>
  );
}

function List({ program }: { program: string }) {
  const { t } = useI18n();
  const cards = $api.useQuery('get', '/api/v1/programs/{program}/cards', { params: { path: { program } } });
  const topics = useTopics(program);
  return (
    <Await read={cards}>
      {({ data }) =>
        data.length === 0 ? (
          <Empty title={t('cards.none')} icon={<BookOpen size={28} />}>
            {t('cards.none.text')}
          </Empty>
        ) : (
          <div className={layout.stack}>
            {data.map((card) => (
              <One key={card.id} program={program} card={card} topic={card.topic ? (topics.get(card.topic) ?? card.topic) : t('cards.whole')} />
            ))}
          </div>
        )
      }
    </Await>
  );
}

/** The names of a program's topics, by slug. */
export function useTopics(program: string): Map<string, string> {
  const topics = $api.useQuery('get', '/api/v1/programs/{program}/topics', { params: { path: { program } } });
  return new Map(topics.data?.data.map((topic) => [topic.slug, topic.name]));
}

function One({ program, card, topic }: { program: string; card: Card; topic: string }) {
  const { t } = useI18n();
  const format = useFormat();
  const { ask, dialog } = useConfirm();
  const retire = useWrite(() => client.DELETE('/api/v1/programs/{program}/cards/{card}', { params: { path: { program, card: card.id } } }), { stale, done: t('cards.retired') });
  return (
    <Paper component="article">
      <div className={layout.row}>
        <h2 className={layout.subject} style={{ margin: 0 }} dir="auto">
          {card.title}
        </h2>
        <Group gap="xs">
          <Badge color="gray">{topic}</Badge>
          {card.language && <Badge color="gray">{format.language(card.language)}</Badge>}
          {card.must_read && <Badge color="honey">{t('cards.must')}</Badge>}
        </Group>
      </div>
      <Text mt="sm" dir="auto" lang={card.language || undefined} style={{ whiteSpace: 'pre-wrap' }}>
        {card.text}
      </Text>
      <div className={layout.row} style={{ marginTop: 12 }}>
        <span className={css.quiet}>{t('cards.readers', { count: card.readers })}</span>
        <Button variant="subtle" color="brick" size="compact-md" aria-label={`${t('cards.retire')}: ${card.title}`} onClick={() => ask({ title: t('cards.retire'), text: t('cards.retire.text'), yes: t('cards.retire'), danger: true, act: () => retire.mutateAsync() })}>
          {t('cards.retire')}
        </Button>
      </div>
      {dialog}
    </Paper>
  );
}

function Add({ program }: { program: Schemas['Program'] }) {
  const { t } = useI18n();
  const format = useFormat();
  const topics = useTopics(program.id);
  const [open, setOpen] = useState(false);
  const [card, setCard, clear] = useDraft(`card.${program.id}`, { title: '', text: '', topic: null as string | null, language: null as string | null, must_read: true });
  const set = (values: Partial<typeof card>) => setCard({ ...card, ...values });
  const add = useWrite(
    () => client.POST('/api/v1/programs/{program}/cards', { params: { path: { program: program.id } }, body: { title: card.title.trim(), text: card.text.trim(), topic: card.topic ?? undefined, language: card.language ?? undefined, must_read: card.must_read } }),
    {
      stale,
      done: t('cards.added'),
      after: () => {
        clear();
        setOpen(false);
      },
    },
  );
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t('cards.add')}</Button>
      <FormDialog open={open} close={() => setOpen(false)} title={t('cards.add')} busy={add.isPending} disabled={!card.title.trim() || !card.text.trim()} send={() => add.mutate()}>
        <TextInput label={t('cards.title_of')} required maxLength={200} dir="auto" value={card.title} onChange={(e) => set({ title: e.currentTarget.value })} data-autofocus />
        <Textarea label={t('cards.text_of')} required autosize minRows={4} maxRows={14} maxLength={20_000} dir="auto" value={card.text} onChange={(e) => set({ text: e.currentTarget.value })} />
        <Select label={t('cards.topic')} description={t('cards.topic.text')} data={[...topics].map(([value, label]) => ({ value, label }))} value={card.topic} onChange={(topic) => set({ topic })} clearable clearButtonProps={{ 'aria-label': t('remove') }} />
        <Select label={t('cards.language')} description={t('cards.language.text')} data={program.languages.map((value) => ({ value, label: format.language(value) }))} value={card.language} onChange={(language) => set({ language })} clearable clearButtonProps={{ 'aria-label': t('remove') }} />
        <Checkbox label={t('cards.must.of')} description={t('cards.must.text')} checked={card.must_read} onChange={(e) => set({ must_read: e.currentTarget.checked })} />
      </FormDialog>
    </>
  );
}
