import { $api } from '@kit/index';
import { useBrand } from './place';

/** The names of the brand's members, by person. */
export function useNames(): Map<string, string> {
  const { path } = useBrand();
  const members = $api.useQuery('get', '/api/v1/brands/{brand}/members', { params: { path } });
  return new Map(members.data?.data.map((m) => [m.person, m.name]));
}
