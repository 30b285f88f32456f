#!/bin/sh
# Prints three times how many ms this machine takes to start the largest program of the tests, and
# small ones.
start_large() {
  CNI_COMMAND=VERSION /srv/dist/amd64/megalos </dev/null >/dev/null
}
# The first start also reads the program from its drive.
start_large
for _ in 1 2 3; do
  start=$(date +%s%N)
  start_large
  for _ in 1 2 3 4 5 6 7 8 9 10; do /bin/true; done
  echo $((($(date +%s%N) - start) / 1000000))
done
