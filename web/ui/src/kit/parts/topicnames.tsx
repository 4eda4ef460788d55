import { $api } from '../api';
import { useFormat } from '../format';

/** Topics of a program by their names, which anybody may know. */
export function TopicNames({ program, of }: { program: string; of: readonly string[] }) {
  const format = useFormat();
  const about = $api.useQuery('get', '/api/v1/programs/{program}/public', { params: { path: { program } } }, { retry: false });
  const names = new Map(about.data?.topics.map((topic) => [topic.slug, topic.name]));
  return <bdi>{format.list(of.map((slug) => names.get(slug) ?? slug))}</bdi>;
}
