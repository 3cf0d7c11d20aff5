export default function Kettle() {
  return 'kettle';
}
