/** The body of an authorization with every field filled, as the program sends it. */
export const sampleBody = JSON.stringify(
  {
    authorization_id: '019ab0c2-6d30-7c3e-9a51-3f2b8e7d4c10',
    launch: {
      launch_id: '019ab0c2-5b1f-7f02-8d4e-6a90c1b2d3e4',
      origin: 'login',
      started_at: '2026-11-23T06:00:08.412Z',
    },
    trigger: 'launch',
    attended: 'yes',
    computer: {
      name: 'BUH-01',
      system: 'Windows 11 23H2',
      program: '0.1.0',
      zone: 'Europe/Moscow',
      machine: '5d41402abc4b2a76b9719d911017c592ae2f6c8d3b1f4e70c9a85d2f7b3e6140',
    },
    autostart: 'on',
    failures: [{ kind: 'dns', count: 4, first_at: '2026-11-22T07:10:00Z', last_at: '2026-11-22T09:40:31Z' }],
    launches: [
      {
        launch_id: '019aabb0-1c00-7a11-9b22-8c33d44e55f6',
        origin: 'login',
        started_at: '2026-11-22T07:09:58Z',
      },
    ],
    launches_dropped: 0,
    echo: 'k3J9vQ2mT8yXw1Zr',
  },
  null,
  2,
);
