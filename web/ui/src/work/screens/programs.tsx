import { $api, Await, Empty, Page, useCodes, useI18n, When } from '@kit/index';
import layout from '@kit/layout.module.css';
import { Badge, Button, Group, Paper, Text, TextInput } from '@mantine/core';
import Layers from 'lucide-react/icons/layers';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { toneOf } from '../enrolment';

/** The programs one works in or has applied to. */
export default function Programs() {
  const { t } = useI18n();
  const codes = useCodes();
  const enrolments = $api.useQuery('get', '/api/v1/me/enrolments');
  return (
    <Page title={t('programs.title')} narrow>
      <div className={layout.stack}>
        <Await read={enrolments}>
          {({ data }) =>
            data.length === 0 ? (
              <Empty title={t('programs.none')} icon={<Layers size={28} />}>
                {t('programs.none.text')}
              </Empty>
            ) : (
              data.map(({ enrolment, brand_name, program_name, program_state }) => (
                <Paper key={enrolment.id}>
                  <div className={layout.row}>
                    <div>
                      <h2 className={layout.subject} style={{ margin: 0 }}>
                        {brand_name}
                      </h2>
                      <Text c="dimmed">{program_name}</Text>
                    </div>
                    <Group gap="xs">
                      {program_state !== 'live' && <Badge color="honey">{codes('program', program_state)}</Badge>}
                      <Badge color={toneOf(enrolment.state)}>{codes('enrolment', enrolment.state)}</Badge>
                    </Group>
                  </div>
                  <div className={layout.row} style={{ marginTop: 14 }}>
                    <Text size="sm" c="dimmed">
                      {enrolment.enrolled_at ? (
                        <>
                          {t('programs.since')} <When at={enrolment.enrolled_at} absolute />
                        </>
                      ) : (
                        <>
                          {t('programs.applied')} <When at={enrolment.applied_at} />
                        </>
                      )}
                    </Text>
                    <Button variant="light" component={Link} href={`/programs/${enrolment.program}`}>
                      {t('programs.open')}
                    </Button>
                  </div>
                </Paper>
              ))
            )
          }
        </Await>
        <Find />
      </div>
    </Page>
  );
}

/** A brand gives out its program's link; it, or the id alone, leads to the application. */
function Find() {
  const { t } = useI18n();
  const [, go] = useLocation();
  const [link, setLink] = useState('');
  const [wrong, setWrong] = useState(false);
  return (
    <Paper>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          const id = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i.exec(link)?.[0];
          setWrong(!id);
          if (id) go(`/programs/${id}`);
        }}
      >
        <Group align="flex-end" gap="sm">
          <TextInput style={{ flex: '1 1 260px' }} label={t('programs.find')} description={t('programs.find.text')} value={link} onChange={(e) => setLink(e.currentTarget.value)} error={wrong ? t('programs.find.wrong') : undefined} required />
          <Button type="submit" variant="default">
            {t('programs.open')}
          </Button>
        </Group>
      </form>
    </Paper>
  );
}
