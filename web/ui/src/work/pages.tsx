export { More, usePages } from '@kit/index';
