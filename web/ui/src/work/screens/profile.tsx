import { $api, Await, client, key, LanguageChoice, Page, SchemeChoice, type Schemas, useFormat, useI18n, useSignOut, useWrite } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Button, Group, Paper, Select, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { ExtraTime } from '../extratime';
import { Languages } from '../languages';
import { RecordButton } from '../record';
import css from '../work.module.css';

/** Who one is here, how much one takes on, and how the app looks. */
export default function Profile() {
  const { t } = useI18n();
  const expert = $api.useQuery('get', '/api/v1/me/expert');
  const me = $api.useQuery('get', '/api/v1/me');
  const signOut = useSignOut();
  return (
    <Page
      title={t('nav.profile')}
      narrow
      actions={
        <Button variant="default" onClick={signOut}>
          {t('sign_out')}
        </Button>
      }
    >
      <div className={layout.stack}>
        <Await read={expert}>{(found) => <Work expert={found} />}</Await>
        <Await read={me}>{(found) => <Name name={found.name} />}</Await>
        <Paper>
          <h2 className={layout.subject}>{t('record.title')}</h2>
          <Text mb="sm">{t('record.text')}</Text>
          <RecordButton />
        </Paper>
        <Paper>
          <h2 className={layout.subject}>{t('time.quizzes')}</h2>
          <ExtraTime />
        </Paper>
        <Paper>
          <h2 className={layout.subject}>{t('profile.app')}</h2>
          <div className={css.grid}>
            <LanguageChoice />
            <SchemeChoice />
          </div>
        </Paper>
      </div>
    </Page>
  );
}

function Work({ expert }: { expert: Schemas['Expert'] }) {
  const { t } = useI18n();
  const format = useFormat();
  const [capacity, setCapacity] = useState(expert.capacity);
  const [languages, setLanguages] = useState(expert.languages);
  const save = useWrite(
    async () => {
      if (capacity !== expert.capacity) await client.PUT('/api/v1/me/expert/capacity', { body: { capacity } });
      if (languages.join() !== expert.languages.join()) await client.PUT('/api/v1/me/expert/languages', { body: { languages } });
    },
    { stale: [key('/api/v1/me/expert')], done: t('saved') },
  );
  return (
    <Paper>
      <h2 className={layout.subject}>{t('profile.work')}</h2>
      <Stack>
        <div>
          <Text size="sm" c="dimmed">
            {t('profile.handle')}
          </Text>
          <strong>{expert.handle}</strong>
          {expert.country && <Text component="span"> · {format.country(expert.country)}</Text>}
        </div>
        <Select
          label={t('profile.capacity')}
          description={t('profile.capacity.text')}
          data={[...new Set([1, 2, 3, 4, 5, 6, 8, 10, expert.capacity])].sort((a, b) => a - b).map((n) => ({ value: String(n), label: format.number(n) }))}
          value={String(capacity)}
          onChange={(value) => value && setCapacity(Number(value))}
          allowDeselect={false}
          maw={220}
        />
        <Languages value={languages} onChange={setLanguages} />
        <Group>
          <Button onClick={() => save.mutate()} loading={save.isPending} disabled={!languages.length}>
            {t('save')}
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}

function Name({ name }: { name: string }) {
  const { t } = useI18n();
  const [next, setNext] = useState(name);
  const save = useWrite(async () => (await client.PUT('/api/v1/me/name', { body: { name: next.trim() } })).data, { stale: [key('/api/v1/me')], done: t('saved') });
  return (
    <Paper>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          save.mutate();
        }}
      >
        <Group align="flex-end" gap="sm">
          <TextInput style={{ flex: '1 1 260px' }} label={t('profile.name')} description={t('profile.name.text')} value={next} onChange={(e) => setNext(e.currentTarget.value)} required maxLength={200} autoComplete="name" />
          <Button type="submit" variant="default" loading={save.isPending} disabled={!next.trim() || next === name}>
            {t('save')}
          </Button>
        </Group>
      </form>
    </Paper>
  );
}
