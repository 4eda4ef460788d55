import { client, key, type Schemas, useI18n, useWrite } from '@kit/index';
import { Button, Checkbox, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import css from './work.module.css';

/** What one agrees to, to be read before. */
export function Terms({ program, terms }: { program: string; terms: Schemas['Terms'] }) {
  const { t } = useI18n();
  const [read, setRead] = useState(false);
  const accept = useWrite(
    async () => (await client.POST('/api/v1/programs/{program}/application/terms', { params: { path: { program } }, body: { version: terms.version } })).data,
    { stale: [key('/api/v1/programs/{program}/application'), key('/api/v1/me/enrolments')] },
  );
  if (terms.version === 0) return <Text c="dimmed">{t('terms.none')}</Text>;
  return (
    <Stack>
      {/* it scrolls, so it must be reachable by keyboard */}
      <div className={css.terms} tabIndex={0} role="region" aria-label={t('path.terms')} dir="auto">
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
