import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frontMatterDescription, scriptDescription } from '../../src/core/skillDescription.ts';

const scripts: readonly (readonly [string, string | undefined])[] = [
  ['#!/bin/sh\n# Drives threads from any shell.\nset -eu\n', 'Drives threads from any shell.'],
  ['#!/bin/sh\n#\n# shellcheck disable=SC2034\n# Says hello.\n', 'Says hello.'],
  ['#!/usr/bin/env python3\n"""Reviews a diff."""\nimport sys\n', 'Reviews a diff.'],
  ['# -*- coding: utf-8 -*-\n"""\nReviews a diff.\n\nMore.\n"""', 'Reviews a diff.'],
  ['// Counts lines.\r\nmain();', 'Counts lines.'],
  ['/**\n * Counts words.\n */\nmain();', 'Counts words.'],
  ['/* In one line. */ main();', 'In one line.'],
  ['@echo off\nrem Windows.', undefined],
  ['REM Windows.\n', 'Windows.'],
  ['import os\n# too late', undefined],
  ['', undefined],
  ['#!/bin/sh\n# a\u0007b\u001b[31m\tc', 'a b [31m c'],
  [`# ${'x'.repeat(5000)}`, `${'x'.repeat(199)}…`],
];

for (const [script, description] of scripts) {
  test(`the head of ${JSON.stringify(script.slice(0, 50))} says ${JSON.stringify(description)?.slice(0, 40)}`, () => {
    assert.equal(scriptDescription(script), description);
  });
}

const skills: readonly (readonly [string, string | undefined])[] = [
  ['---\nname: review\ndescription: Reviews a diff.\n---\nBody', 'Reviews a diff.'],
  ['---\r\ndescription: "Quoted: yes"\r\n---\r\n', 'Quoted: yes'],
  ['\uFEFF---\ndescription: >-\n  Over\n  two lines.\nname: x\n---\n', 'Over two lines.'],
  ['---\ndescription: Begins here\n  and goes on.\n---\n', 'Begins here and goes on.'],
  ['---\nname: x\n---\ndescription: not this', undefined],
  ['---\ndescription:\n---\n', undefined],
  ['description: no front matter', undefined],
];

for (const [skill, description] of skills) {
  test(`the front matter ${JSON.stringify(skill)} says ${JSON.stringify(description)}`, () => {
    assert.equal(frontMatterDescription(skill), description);
  });
}
