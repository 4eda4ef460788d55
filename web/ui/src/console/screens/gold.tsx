import { client, Empty, FormDialog, key, Page, PageList, type Schemas, useConfirm, useDraft, useFormat, useI18n, usePages, useWrite, When } from '@kit/index';
import { Badge, Button, Paper, Radio, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import Gem from 'lucide-react/icons/gem';
import { useState } from 'react';
import { usePlace } from '../place';
import { reviewTabs, Tabs } from '../tabs';

type Item = Schemas['Gold'];
const path = '/api/v1/programs/{program}/gold' as const;
const few = 5; // votes, before an item's share says anything

/** Answers of known quality, which show how peers judge. */
export default function Gold() {
  const { t } = useI18n();
  const { program } = usePlace();
  return (
    <Page title={t('gold.title')} about={t('gold.about')} actions={program && <Add program={program} />}>
      <Tabs label={t('reviews.title')} of={reviewTabs} />
      {program && <List key={program.id} program={program.id} />}
    </Page>
  );
}

function List({ program }: { program: string }) {
  const { t } = useI18n();
  const format = useFormat();
  const list = usePages<Item>(path, async (cursor) => (await client.GET(path, { params: { path: { program }, query: { cursor, limit: 40 } } })).data!, program);
  const doubtful = (item: Item) => item.votes >= few && item.right * 2 < item.votes;
  return (
    <Paper p={0}>
      <PageList
        of={list}
        empty={
          <Empty title={t('gold.none')} icon={<Gem size={28} />}>
            {t('gold.none.text')}
          </Empty>
        }
        label={t('gold.title')}
        rowKey={(item) => item.id}
        columns={[
          {
            key: 'title',
            label: t('gold.item'),
            lead: true,
            cell: (item) => (
              <details>
                <summary dir="auto">{item.title}</summary>
                <Text size="sm" mt="xs" dir="auto" style={{ whiteSpace: 'pre-wrap' }}>
                  {item.question}
                </Text>
                <Text size="sm" mt="xs" dir="auto" style={{ whiteSpace: 'pre-wrap' }}>
                  <strong>{t('gold.answer')}:</strong> {item.answer}
                </Text>
                <Text size="sm" mt="xs" c="dimmed" dir="auto">
                  <strong>{t('gold.because')}:</strong> {item.because}
                </Text>
              </details>
            ),
          },
          { key: 'bad', label: t('gold.is'), cell: (item) => <Badge color={item.bad ? 'honey' : 'pine'}>{t(item.bad ? 'gold.bad' : 'gold.good')}</Badge> },
          { key: 'votes', label: t('gold.votes'), end: true, cell: (item) => format.number(item.votes) },
          {
            key: 'right',
            label: t('gold.right'),
            end: true,
            cell: (item) => (
              <>
                {item.votes ? format.percent(item.right / item.votes) : '–'} {doubtful(item) && <Badge color="brick">{t('gold.doubtful')}</Badge>}
              </>
            ),
          },
          { key: 'made', label: t('gold.made'), wide: true, cell: (item) => <When at={item.made_at} /> },
          { key: 'act', label: t('gold.use'), end: true, cell: (item) => (item.retired_at ? <Badge color="gray">{t('gold.retired')}</Badge> : <Retire program={program} item={item} />) },
        ]}
      />
    </Paper>
  );
}

function Retire({ program, item }: { program: string; item: Item }) {
  const { t } = useI18n();
  const { ask, dialog } = useConfirm();
  const retire = useWrite(() => client.DELETE('/api/v1/programs/{program}/gold/{gold}', { params: { path: { program, gold: item.id } } }), { stale: [key(path)], done: t('gold.retired') });
  return (
    <>
      <Button variant="subtle" color="brick" size="compact-sm" aria-label={`${t('gold.retire')}: ${item.title}`} onClick={() => ask({ title: t('gold.retire'), text: t('gold.retire.text'), yes: t('gold.retire'), danger: true, act: () => retire.mutateAsync() })}>
        {t('gold.retire')}
      </Button>
      {dialog}
    </>
  );
}

function Add({ program }: { program: Schemas['Program'] }) {
  const { t } = useI18n();
  const format = useFormat();
  const [open, setOpen] = useState(false);
  const [item, setItem, clear] = useDraft(`gold.${program.id}`, { title: '', question: '', answer: '', because: '', language: program.languages[0] ?? 'en', bad: null as boolean | null });
  const set = (values: Partial<typeof item>) => setItem({ ...item, ...values });
  const whole = [item.title, item.question, item.answer, item.because].every((text) => text.trim()) && item.bad !== null;
  const add = useWrite(() => client.POST(path, { params: { path: { program: program.id } }, body: { ...item, bad: item.bad === true } }), {
    stale: [key(path)],
    done: t('gold.added'),
    after: () => {
      clear();
      setOpen(false);
    },
  });
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t('gold.add')}</Button>
      <FormDialog open={open} close={() => setOpen(false)} title={t('gold.add')} busy={add.isPending} disabled={!whole} send={() => add.mutate()}>
        <Text size="sm">{t('gold.add.text')}</Text>
        <TextInput label={t('gold.title_of')} required maxLength={200} dir="auto" value={item.title} onChange={(e) => set({ title: e.currentTarget.value })} data-autofocus />
        <Textarea label={t('gold.question')} required autosize minRows={2} maxLength={4000} dir="auto" value={item.question} onChange={(e) => set({ question: e.currentTarget.value })} />
        <Textarea label={t('gold.answer')} required autosize minRows={3} maxLength={16_000} dir="auto" value={item.answer} onChange={(e) => set({ answer: e.currentTarget.value })} />
        <Select label={t('gold.language')} data={program.languages.map((value) => ({ value, label: format.language(value) }))} value={item.language} onChange={(value) => value && set({ language: value })} allowDeselect={false} />
        <Radio.Group label={t('gold.is')} required value={item.bad === null ? '' : String(item.bad)} onChange={(value) => set({ bad: value === 'true' })}>
          <Stack gap="xs" mt="xs">
            <Radio value="false" label={t('gold.good')} />
            <Radio value="true" label={t('gold.bad')} />
          </Stack>
        </Radio.Group>
        <Textarea label={t('gold.because')} description={t('gold.because.text')} required autosize minRows={2} maxLength={4000} dir="auto" value={item.because} onChange={(e) => set({ because: e.currentTarget.value })} />
      </FormDialog>
    </>
  );
}
