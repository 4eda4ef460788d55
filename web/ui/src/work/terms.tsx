import { $api, Await, client, key, type Schemas, useFormat, useI18n, useWrite } from '@kit/index';
import { Button, Checkbox, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import css from './work.module.css';

/** What one agrees to, to be read before: the version for one's country, in one's language where there is one. */
export function Terms({ program }: { program: string }) {
  const { language } = useI18n();
  const expert = $api.useQuery('get', '/api/v1/me/expert');
  const query = { country: expert.data?.country || undefined, language };
  const terms = $api.useQuery('get', '/api/v1/programs/{program}/terms', { params: { path: { program }, query } }, { enabled: !!expert.data, retry: false });
  return <Await read={terms}>{(found) => <Agree key={found.version} program={program} terms={found} />}</Await>;
}

function Agree({ program, terms }: { program: string; terms: Schemas['Terms'] }) {
  const { t } = useI18n();
  const format = useFormat();
  const [read, setRead] = useState(false);
  const accept = useWrite(
    async () => client.POST('/api/v1/programs/{program}/application/terms', { params: { path: { program } }, body: { version: terms.version, language: terms.language || undefined } }),
    { stale: [key('/api/v1/programs/{program}/application'), key('/api/v1/programs/{program}/application/onboarding'), key('/api/v1/me/enrolments')] },
  );
  if (terms.version === 0) return <Text c="dimmed">{t('terms.none')}</Text>;
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        {terms.published_at && t('terms.version', { n: terms.version, at: format.day(terms.published_at) })}
      </Text>
      {/* it scrolls, so it must be reachable by keyboard */}
      <div className={css.terms} tabIndex={0} role="region" aria-label={t('path.terms')} dir="auto" lang={terms.language || undefined}>
        {terms.text}
      </div>
      <Checkbox checked={read} onChange={(e) => setRead(e.currentTarget.checked)} label={t('terms.read')} />
      <Group>
        <Button disabled={!read} loading={accept.isPending} onClick={() => accept.mutate()}>
          {t('terms.accept')}
        </Button>
      </Group>
    </Stack>
  );
}
