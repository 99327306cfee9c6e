import configparser
import os
import pathlib

_FILE = configparser.ConfigParser()
_FILE.read(pathlib.Path(__file__).with_name("addresses.ini"))


def get(name):
    return os.environ.get(name.upper()) or _FILE["addresses"][name]


def several(name):
    return get(name).replace(",", " ").split()
