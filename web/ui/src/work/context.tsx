export { Facts as Context } from '@kit/index';
