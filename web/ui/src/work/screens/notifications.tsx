import { $api, Await, client, Page, type Schemas, useI18n, useWrite } from '@kit/index';
import { Paper, Stack, Switch } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';

type Choices = Schemas['Notifications'];

const kinds = ['reviews_and_refusals', 'appeals', 'payouts', 'questions', 'offers', 'room'] as const;
const listed = $api.queryOptions('get', '/api/v1/me/notifications').queryKey;

/** Of what one is told by mail. */
export default function Notifications() {
  const { t } = useI18n();
  const queries = useQueryClient();
  const choices = $api.useQuery('get', '/api/v1/me/notifications');
  const set = useWrite(
    async (next: Choices) => {
      queries.setQueryData(listed, next);
      await client.PUT('/api/v1/me/notifications', { body: next }).catch((e: unknown) => {
        void choices.refetch();
        throw e;
      });
    },
    { done: t('saved') },
  );
  return (
    <Page title={t('nav.notifications')} about={t('notifications.about')} narrow>
      <Await read={choices}>
        {(now) => (
          <Paper>
            <Stack gap="xl">
              {kinds.map((kind) => (
                <Switch
                  key={kind}
                  checked={now[kind]}
                  onChange={(e) => set.mutate({ ...now, [kind]: e.currentTarget.checked })}
                  label={<strong>{t(`notification.${kind}`)}</strong>}
                  description={t(`notification.means.${kind}`)}
                />
              ))}
            </Stack>
          </Paper>
        )}
      </Await>
    </Page>
  );
}
