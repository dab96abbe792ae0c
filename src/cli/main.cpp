// The program `smolfleet`.
int main() {
  return 0;
}
