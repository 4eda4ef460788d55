import { $api, Page, useI18n } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { useParams } from 'wouter';
import { Election } from '../election';
import { Proposals } from '../proposals';
import { Talk } from '../talk';

const parts = ['talk', 'proposals', 'election'] as const;

/** The room of a program's experts: what they say, what they propose, who speaks for them. The brand does not read it. */
export default function Room() {
  const { t } = useI18n();
  const { program = '' } = useParams();
  const [part, setPart] = useState<(typeof parts)[number]>('talk');
  const about = $api.useQuery('get', '/api/v1/programs/{program}/public', { params: { path: { program } } }, { retry: false });
  return (
    <Page title={t('room.title')} about={t('room.about')} back={{ to: `/programs/${program}`, label: about.data?.brand_name ?? t('programs.one') }} narrow>
      <div className={layout.stack}>
        <Group gap="xs" role="group" aria-label={t('room.title')}>
          {parts.map((value) => (
            <Button key={value} variant={part === value ? 'filled' : 'default'} aria-pressed={part === value} onClick={() => setPart(value)}>
              {t(`room.${value}`)}
            </Button>
          ))}
        </Group>
        {part === 'talk' && <Talk program={program} />}
        {part === 'proposals' && <Proposals program={program} />}
        {part === 'election' && <Election program={program} />}
      </div>
    </Page>
  );
}
